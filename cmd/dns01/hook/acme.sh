#!/usr/bin/env sh
# For acme.sh: publishes the value, and returns when every server has it. Any
# other status than 0 ends the order before validation.
#
#   acme.sh --issue --dns dns_dns01 --dnssleep 1 -d example.com
#
# acme.sh sources this file from ~/.acme.sh/dnsapi. With --dnssleep it does not
# ask public resolvers by itself afterwards.
#
# It gives up after 10 minutes; DNS01_FOR=20m in the environment changes that.
# Save it with:  dns01 wait --print-hook acme.sh >~/.acme.sh/dnsapi/dns_dns01.sh

# Replace this by the call of your DNS host, or give the key of a server that
# takes dynamic updates (RFC 2136).
dns01_publish() { # add|delete NAME VALUE
	printf 'update %s %s 60 TXT "%s"\nsend\n' "$1" "$2" "$3" | nsupdate -k /etc/dns01/update.key
}

dns_dns01_add() { # FULLDOMAIN TXTVALUE
	dns01_publish add "$1." "$2" || return
	dns01 wait "$1" "$2"
}

dns_dns01_rm() { # FULLDOMAIN TXTVALUE
	dns01_publish delete "$1." "$2"
}
