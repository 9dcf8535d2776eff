#!/bin/sh
# For acmetool: publishes the value, and returns when every server has it. Any
# other status than 0 fails the challenge; 42 says that an event is not ours.
#
# It gives up after 10 minutes; DNS01_FOR=20m in the environment changes that.
# Save it with:  dns01 wait --print-hook acmetool >/usr/lib/acme/hooks/dns01; chmod +x /usr/lib/acme/hooks/dns01
set -u

# Replace this by the call of your DNS host, or give the key of a server that
# takes dynamic updates (RFC 2136).
publish() { # add|delete NAME VALUE
	printf 'update %s %s 60 TXT "%s"\nsend\n' "$1" "$2" "$3" | nsupdate -k /etc/dns01/update.key
}

case ${1-} in
challenge-dns-start)
	publish add "_acme-challenge.$2." "$4" || exit
	exec dns01 wait "$@"
	;;
challenge-dns-stop)
	publish delete "_acme-challenge.$2." "$4"
	;;
*)
	exit 42
	;;
esac
