package web

import (
	"net"
	"net/netip"
	"syscall"
)

// Dialer connects to the addresses that allows has no error for. It is asked of
// each address when that is connected to, so that no name and no redirect leads
// around it; IPv4 addresses come as such, and zones are left out.
func Dialer(allows func(netip.Addr) error) *net.Dialer {
	return &net.Dialer{Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		return allows(at.Addr().Unmap().WithZone(""))
	}}
}
