#!/bin/sh
# For dehydrated: publishes the values, and returns when every server has them.
# Any other status than 0 ends the run before validation.
#
#   HOOK=/etc/dns01/dehydrated CHALLENGETYPE=dns-01     in dehydrated's config
#   HOOK_CHAIN=yes                                      to wait once an order
#
# It gives up after 10 minutes; DNS01_FOR=20m in the environment changes that.
# Save it with:  dns01 wait --print-hook dehydrated >/etc/dns01/dehydrated; chmod +x /etc/dns01/dehydrated
set -u

# Replace this by the call of your DNS host, or give the key of a server that
# takes dynamic updates (RFC 2136).
publish() { # add|delete NAME VALUE
	printf 'update %s %s 60 TXT "%s"\nsend\n' "$1" "$2" "$3" | nsupdate -k /etc/dns01/update.key
}

# DOMAIN TOKEN_FILENAME TOKEN_VALUE, once or, with HOOK_CHAIN, for each name.
each() { # add|delete DOMAIN FILE VALUE...
	how=$1
	shift
	while [ $# -ge 3 ]; do
		publish "$how" "_acme-challenge.$1." "$3" || return
		shift 3
	done
}

case ${1-} in
deploy_challenge)
	shift
	each add "$@" || exit
	exec dns01 wait deploy_challenge "$@"
	;;
clean_challenge)
	shift
	each delete "$@"
	;;
esac # every other event has to be ignored
