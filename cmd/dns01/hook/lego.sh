#!/bin/sh
# For lego: publishes the value, and returns when every server has it. Any
# other status than 0 ends the order before validation.
#
#   EXEC_PATH=/etc/dns01/lego EXEC_MODE=RAW lego --dns exec --domains example.com run
#
# With EXEC_MODE=RAW lego tells the name even where its challenge is an alias.
# EXEC_SEQUENCE_INTERVAL=1 leaves out the minute that lego pauses between names.
# lego looks at the name servers itself afterwards, through the resolver of this
# host; --dns.disable-cp leaves that out.
#
# It gives up after 10 minutes; DNS01_FOR=20m in the environment changes that.
# Save it with:  dns01 wait --print-hook lego >/etc/dns01/lego; chmod +x /etc/dns01/lego
set -u

# Replace this by the call of your DNS host, or give the key of a server that
# takes dynamic updates (RFC 2136).
publish() { # add|delete NAME VALUE
	printf 'update %s %s 60 TXT "%s"\nsend\n' "$1" "$2" "$3" | nsupdate -k /etc/dns01/update.key
}

# The value is the digest of the key authorization (RFC 8555 section 8.4).
digest() { printf %s "$1" | openssl dgst -sha256 -binary | base64 | tr '+/' '-_' | tr -d '=\n'; }

case ${1-},${2-},$# in
present,--,5) publish add "_acme-challenge.$3." "$(digest "$5")" || exit ;;
cleanup,--,5) publish delete "_acme-challenge.$3." "$(digest "$5")"; exit ;;
*) echo "set EXEC_MODE=RAW for lego" >&2; exit 2 ;;
esac
exec dns01 wait "$@"
