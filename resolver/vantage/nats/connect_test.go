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
	_, err = Options{URL: "nats://" + l.Addr().String(), Timeout: 10 * time.Millisecond}.connect()
	want := l.Addr().String() + " takes the connection and does not answer; see that a NATS server listens there, and that it is not overloaded"
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
