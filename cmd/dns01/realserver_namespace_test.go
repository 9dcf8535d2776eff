//go:build linux

package main_test

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A namespace is a network of its own for the servers of one test: nothing
// outside it is touched, no name of it is left behind, and every server can
// have port 53. It lasts as long as its holder, a process that waits for the
// end of its input, and thus ends with the test however the test ends.
type namespace struct {
	enter []string // the command line that runs what follows it inside
}

// newNamespace makes one: as root directly, and otherwise by way of a user
// namespace, where the system allows that.
func newNamespace(t *testing.T) *namespace {
	t.Helper()
	var enter []string
	var err error
	for _, flags := range namespaceFlags() {
		if enter, err = hold(t, flags); err == nil {
			n := &namespace{enter}
			n.ip(t, "link set lo up\n")
			return n
		}
	}
	unavailable(t, "no network namespace: %v", err)
	return nil
}

func namespaceFlags() []uintptr {
	if os.Geteuid() == 0 {
		return []uintptr{syscall.CLONE_NEWNET, syscall.CLONE_NEWNET | syscall.CLONE_NEWUSER}
	}
	return []uintptr{syscall.CLONE_NEWNET | syscall.CLONE_NEWUSER}
}

func hold(t *testing.T, flags uintptr) (enter []string, err error) {
	holder := exec.Command("cat")
	holder.SysProcAttr = &syscall.SysProcAttr{Cloneflags: flags, Pdeathsig: syscall.SIGKILL}
	options := []string{"--net"}
	if flags&syscall.CLONE_NEWUSER != 0 {
		holder.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}}
		holder.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}}
		options = append(options, "--user", "--preserve-credentials")
	}
	stdin, err := holder.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := holder.Start(); err != nil {
		return nil, err
	}
	t.Cleanup(func() {
		stdin.Close()
		holder.Wait()
	})
	enter = append([]string{"nsenter", "--target", strconv.Itoa(holder.Process.Pid)}, options...)
	return append(enter, "--"), nil
}

// Command runs a program inside.
func (n *namespace) Command(name string, args ...string) *exec.Cmd {
	argv := append(append([]string{}, n.enter...), name)
	argv = append(argv, args...)
	return exec.Command(argv[0], argv[1:]...)
}

// Add gives the namespace addresses: of its own, or, to be swallowed, such
// that what is sent there arrives nowhere and nothing comes back.
func (n *namespace) Add(t *testing.T, addrs []netip.Addr, swallow bool) {
	t.Helper()
	var batch strings.Builder
	for _, a := range addrs {
		switch {
		case swallow:
			fmt.Fprintf(&batch, "route add %s/%d dev lo\n", a, a.BitLen())
		case a.Is6():
			fmt.Fprintf(&batch, "addr add %s/128 dev lo nodad\n", a)
		default:
			fmt.Fprintf(&batch, "addr add %s/32 dev lo\n", a)
		}
	}
	n.ip(t, batch.String())
}

func (n *namespace) ip(t *testing.T, batch string) {
	t.Helper()
	cmd := n.Command(program(t, "ip"), "-batch", "-")
	cmd.Stdin = strings.NewReader(batch)
	if out, err := cmd.CombinedOutput(); err != nil {
		unavailable(t, "setting up the network namespace: %v\n%s", err, out)
	}
}

// attach makes the network of a client of this one, behind a link of its own:
// what is filtered there is nobody else's affair. Clients are numbered.
func (n *namespace) attach(t *testing.T, i int) *namespace {
	t.Helper()
	holder := n.Command(program(t, "unshare"), "--net", "cat")
	holder.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	stdin, err := holder.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		holder.Wait()
	})
	pid := strconv.Itoa(holder.Process.Pid)
	c := &namespace{slices.Clone(n.enter)}
	c.enter[slices.Index(c.enter, "--target")+1] = pid
	awaitNetwork(t, n.enter[slices.Index(n.enter, "--target")+1], pid)
	near, far := fmt.Sprintf("10.53.250.%d", 4*i+1), fmt.Sprintf("10.53.250.%d", 4*i+2)
	n.ip(t, fmt.Sprintf("link add client%d type veth peer name uplink netns %s\naddr add %s/30 dev client%d\nlink set client%d up\n", i, pid, near, i, i))
	c.ip(t, fmt.Sprintf("link set lo up\naddr add %s/30 dev uplink\nlink set uplink up\nroute add default via %s\n", far, near))
	return c
}

// awaitNetwork returns once a process has left the network of another.
func awaitNetwork(t *testing.T, of, pid string) {
	t.Helper()
	outer, _ := os.Readlink("/proc/self/ns/net")
	first, _ := os.Readlink("/proc/" + of + "/ns/net")
	if !eventually(func() bool {
		now, err := os.Readlink("/proc/" + pid + "/ns/net")
		return err == nil && now != first && now != outer
	}) {
		unavailable(t, "no network namespace within another")
	}
}

// eventually looks again and again until something is so, and reports whether it
// came to that. It looks for long: a busy host starts a dozen servers at a time.
func eventually(so func() bool) bool {
	const longest = 2 * time.Minute
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for begun := time.Now(); time.Since(begun) < longest; <-poll.C {
		if so() {
			return true
		}
	}
	return false
}

// filter has the kernel treat packets inside by rules of nft(8).
func (n *namespace) filter(t *testing.T, rules string) {
	t.Helper()
	cmd := n.Command(program(t, "nft"), "-f", "-")
	cmd.Stdin = strings.NewReader(rules)
	if out, err := cmd.CombinedOutput(); err != nil {
		unavailable(t, "setting up packet filters: %v\n%s", err, out)
	}
}

// Start runs a server inside until the test ends. It prints to the file log.
func (n *namespace) Start(t *testing.T, log, name string, args ...string) {
	t.Helper()
	out, err := os.Create(log)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd := n.Command(name, args...)
	cmd.Stdout, cmd.Stderr = out, out
	// A process group of its own, since some servers fork.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatalf("starting %s: %v", name, err)
	}
	t.Cleanup(func() { stop(cmd) })
}

// stop ends a server: asked at first, so that it reaps the processes it has
// forked, and killed with all of them after two seconds.
func stop(cmd *exec.Cmd) {
	cmd.Process.Signal(syscall.SIGTERM)
	kill := time.AfterFunc(2*time.Second, func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer kill.Stop()
	cmd.Wait()
}
