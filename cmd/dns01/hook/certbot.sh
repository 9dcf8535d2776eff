#!/bin/sh
# For certbot: publishes the value, and returns when every server has it.
#
#   certbot certonly --manual --preferred-challenges dns -d example.com \
#     --manual-auth-hook /etc/dns01/certbot --manual-cleanup-hook /etc/dns01/certbot
#
# It gives up after 10 minutes; DNS01_FOR=20m in the environment changes that.
# Save it with:  dns01 wait --print-hook certbot >/etc/dns01/certbot; chmod +x /etc/dns01/certbot
set -u

# Replace this by the call of your DNS host, or give the key of a server that
# takes dynamic updates (RFC 2136).
publish() { # add|delete NAME VALUE
	printf 'update %s %s 60 TXT "%s"\nsend\n' "$1" "$2" "$3" | nsupdate -k /etc/dns01/update.key
}

name=_acme-challenge.$CERTBOT_DOMAIN.
if [ -n "${CERTBOT_AUTH_OUTPUT+set}" ]; then # the cleanup hook
	publish delete "$name" "$CERTBOT_VALIDATION"
	exit
fi
publish add "$name" "$CERTBOT_VALIDATION" || exit
dns01 wait && exit

# certbot reports the status of a hook and asks for validation all the same.
# That costs one of five failures an hour, and no more: the other certificates
# of a renewal go on. To end certbot here instead, set this to yes.
status=$? stop=no
if [ "$stop" = yes ]; then
	pid=$PPID
	while [ "$(ps -o comm= -p "$pid")" = sh ]; do
		pid=$(ps -o ppid= -p "$pid" | tr -d ' ')
	done
	kill -TERM "$pid"
fi
exit "$status"
