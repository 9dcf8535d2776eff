package nats

import (
	"net"
	"testing"
	"time"
)

// What takes connections and says nothing is not told to want certificates.
func TestASilentServerIsToldAsSilent(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	want := l.Addr().String() + " takes the connection and does not answer; see that a NATS server listens there, and that it is not overloaded"
	// On a busy host the connection itself may take longer than a short wait.
	for wait := 10 * time.Millisecond; ; wait *= 4 {
		_, err := Options{URL: "nats://" + l.Addr().String(), Timeout: wait}.connect()
		if err != nil && err.Error() == want {
			return
		}
		if err == nil || wait > time.Minute {
			t.Fatalf("%v, want %s", err, want)
		}
	}
}
