//go:build linux

// Command line carries packets between two network namespaces of "ip netns"
// until it is interrupted. Each has a TUN device called line; a packet takes
// TIME, in their order and however many are under way.
//
//	line TIME NAMESPACE NAMESPACE
package main

import (
	"io"
	"log"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// Limits of the line: the largest packet, and how many are under way.
const (
	largest  = 64 << 10
	underWay = 1 << 16
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("line: ")
	if len(os.Args) != 4 {
		log.Fatal("usage: line TIME NAMESPACE NAMESPACE")
	}
	took, err := time.ParseDuration(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	near, far := attached(os.Args[2]), attached(os.Args[3])
	go carry(near, far, took)
	carry(far, near, took)
}

// attached opens the device of a namespace. A thread that has entered one is
// of no use for anything else: it ends with its goroutine.
func attached(namespace string) *os.File {
	opened := make(chan *os.File)
	go func() {
		runtime.LockOSThread()
		f, err := attach("/run/netns/" + namespace)
		if err != nil {
			log.Fatalf("%s: %v", namespace, err)
		}
		opened <- f
	}()
	return <-opened
}

func attach(namespace string) (*os.File, error) {
	ns, err := os.Open(namespace)
	if err != nil {
		return nil, err
	}
	defer ns.Close()
	if err := unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err != nil {
		return nil, err
	}
	f, err := os.OpenFile("/dev/net/tun", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	device, err := unix.NewIfreq("line")
	if err != nil {
		return nil, err
	}
	device.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	return f, unix.IoctlIfreq(int(f.Fd()), unix.TUNSETIFF, device)
}

// A packet is on its way until it is due.
type packet struct {
	data []byte
	due  time.Time
}

// carry takes packets from one end to the other. One that the other end does
// not take is lost, as packets are.
func carry(from io.Reader, to io.Writer, took time.Duration) {
	line := make(chan packet, underWay)
	go func() {
		for p := range line {
			time.Sleep(time.Until(p.due))
			_, _ = to.Write(p.data)
		}
	}()
	for buf := make([]byte, largest); ; {
		n, err := from.Read(buf)
		if err != nil {
			log.Fatal(err)
		}
		line <- packet{append([]byte(nil), buf[:n]...), time.Now().Add(took)}
	}
}
