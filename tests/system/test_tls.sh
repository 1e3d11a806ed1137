#!/bin/bash
# SPDX-License-Identifier: MIT
# vm: --isolate none
# Kernel TLS under the sessions: OpenSSL's and QuickFIX's servers, TLS 1.2 and 1.3; key updates, tickets, close_notify; certificates that must be refused;
# signed Logons whose secret is nowhere but on the wire; the daemon killed and the module unloaded while TLS sessions are up.
set -u
here=$(dirname "$0")
LAB_DIR=$1
LAB_FORCE_CPU=yes
LAB_WAIT=adaptive
. "$here/tap.sh"
. "$here/../../tools/lab/lab.sh"
trap 'kill $(jobs -p) 2>/dev/null' EXIT
peers=$LAB_BUILD/tests/tls
mm=$LAB_BUILD/userspace/strategies/tg-market-maker
pki=/tmp/pki
secret=QoP7vXz2passphraseThatMustNotLeak
ex() { ip netns exec tgex "$@"; }
host() { tgctl counters --json | jq ".host.$1"; }
of() { tgctl session --json | jq -r ".sessions[] | select(.venue == \"$1\") | .$2"; }
conn() { tgctl session --json | jq -r ".connects[] | select(.venue == \"$1\") | .$2"; }
up() { [ "$(of "$1" state)" = up ]; }
more_logons() { [ "$(of "$1" logons)" -gt "$2" ] && up "$1"; }
says() { [ "$(conn "$1" tls)" = "$2" ]; }
failed_with() { conn "$1" last_error | grep -q "$2"; }

# QuickFIX 1.15 takes no elliptic curve's key
ec=(-newkey ec -pkeyopt ec_paramgen_curve:P-256) rsa=(-newkey rsa:2048)
key_options=("${ec[@]}")
cert()	# cert NAME CA SUBJECT-ALT-NAME [x509 options]
{
	local name=$1 ca=$2 san=$3
	shift 3
	openssl req -new "${key_options[@]}" -nodes -subj "/CN=$name" -keyout $pki/$name.key -out $pki/$name.csr 2>/dev/null &&
		openssl x509 -req -in $pki/$name.csr -CA $pki/$ca.pem -CAkey $pki/$ca.key -CAcreateserial \
			-extfile <(echo "subjectAltName=DNS:$san") -out $pki/$name.pem "$@" 2>/dev/null
}
authority()
{
	openssl req -x509 "${ec[@]}" -nodes -days 2 -subj "/CN=$1" -keyout $pki/$1.key -out $pki/$1.pem 2>/dev/null
}
terminator()	# terminator NAME PORT FORWARD-PORT CERT [options]: its commands go to descriptor of the fifo $pki/NAME.in
{
	local name=$1 port=$2 to=$3 c=$4
	shift 4
	mkfifo "/tmp/$name.in"
	sleep 1000 >"/tmp/$name.in" &
	ex "$peers/tls-terminator" --listen 10.77.0.2:"$port" --forward 10.77.0.2:"$to" --cert $pki/"$c".pem --key $pki/"$c".key "$@" \
		<"/tmp/$name.in" >"$LAB_DIR/$name.out" 2>&1 &
	lab_wait 10 grep -q ready "$LAB_DIR/$name.out"
}
venue()	# venue NAME ID PORT SERVER-NAME CA DIALECT [lines]
{
	cat <<END
[venue $1]
id = $2
dialect = $6
host = 10.77.0.2
port = $3
sender = TG$2
target = PEER
heartbeat_s = 30
reset_on_logon = yes
tls = yes
tls_server_name = $4
tls_ca = $pki/$5.pem
backoff_min_ms = ${BACKOFF:-200}
backoff_max_ms = 5000
END
	shift 6
	printf '%s\n' "$@"
}
qf_session()	# qf_session PORT ID BEGINSTRING
{
	printf '[SESSION]\nBeginString=%s\nSenderCompID=PEER\nTargetCompID=TG%s\nSocketAcceptPort=%s\n' "$3" "$2" "$1"
}
qf_default()
{
	printf '[DEFAULT]\nConnectionType=acceptor\nStartTime=00:00:00\nEndTime=00:00:00\nUseDataDictionary=N\nDefaultApplVerID=FIX.5.0SP2\nFileLogPath=/tmp/qf\nResetOnLogon=Y\nCheckLatency=N\n'
}

modprobe -q tls || bail "the kernel has no TLS"
mkdir -p $pki /tmp/qf
(authority ca && authority otherca && cert good ca venue.test -days 2 && cert expired ca venue.test -days -1 && key_options=("${rsa[@]}") && cert rsa ca venue.test -days 2) || bail "certificates"
openssl genpkey -algorithm ed25519 -out $pki/binance.pem 2>/dev/null
{ echo "key = BINANCEKEY"; cat $pki/binance.pem; } >$pki/binance.secret
printf 'key = COINBASEKEY\nsecret = c2VjcmV0LWtleS1vZi10aGUtdGVzdA==\npassphrase = %s\n' "$secret" >$pki/coinbase.secret
chmod 600 $pki/*.secret
modprobe -q nlmon && ip link add nlmon0 type nlmon && ip link set nlmon0 up &&
	{ tshark -q -i nlmon0 -w /tmp/netlink.pcap >/dev/null 2>&1 & } || note "no nlmon: netlink is not recorded"

lab_net && lab_module && lab_venue --market seeded --seed 5 --symbols BTCUSDT:0.01:0.00001:60000 --rate 50 || bail "laboratory"
{ qf_default; qf_session 7001 2 FIX.4.4; qf_session 7002 4 FIX.4.4; qf_session 7003 8 FIX.4.4; qf_session 7004 9 FIXT.1.1; } >/tmp/qf/plain.cfg
{ qf_default; printf 'ServerCertificateFile=%s/rsa.pem\nServerCertificateKeyFile=%s/rsa.key\nCertificateVerifyLevel=0\n' $pki $pki; qf_session 8443 3 FIX.4.4; } >/tmp/qf/ssl.cfg
ex "$peers/quickfix-peer" plain /tmp/qf/plain.cfg >"$LAB_DIR/qf-plain.out" 2>&1 &
ex "$peers/quickfix-peer" ssl /tmp/qf/ssl.cfg >"$LAB_DIR/qf-ssl.out" 2>&1 &
lab_wait 20 grep -q ready "$LAB_DIR/qf-plain.out" || bail "QuickFIX: $(cat "$LAB_DIR/qf-plain.out")"
terminator t13 9443 9880 good --version 13 && terminator t12 9444 7001 good --version 12 && terminator texp 9445 9880 expired && terminator tbad 9449 9880 good &&
	terminator tbin 9446 7003 good --version 13 --ciphers TLS_CHACHA20_POLY1305_SHA256 && terminator tcb 9447 7004 good --version 12 || bail "terminators"
# OpenSSL's own program, its standard input and output a connection to QuickFIX
mkfifo /tmp/never
ex bash -c "sleep 3; exec 3<>/dev/tcp/10.77.0.2/7002; exec openssl s_server -accept 10.77.0.2:9448 -cert $pki/good.pem -key $pki/good.key -tls1_3 -quiet -naccept 1 <&3 >&3 2>/tmp/s_server.err" &

lab_config "s/^port = 9880/port = 9443\ntls = yes\ntls_server_name = venue.test\ntls_ca = \/tmp\/pki\/ca.pem/" 's/^id = 1$/id = 1/' 's/^max_instruments.*/&\nmax_venues = 12/'
{
	venue tls12 2 9444 venue.test ca sim
	venue quickfix 3 8443 venue.test ca sim
	venue openssl 4 9448 venue.test ca sim
	BACKOFF=2000 venue badname 5 9449 other.test ca sim
	BACKOFF=3000 venue badca 6 9449 venue.test otherca sim
	BACKOFF=2000 venue expired 7 9445 venue.test ca sim
	venue binance 8 9446 venue.test ca binance "credentials = file:$pki/binance.secret"
	venue coinbase 9 9447 venue.test ca coinbase "credentials = file:$pki/coinbase.secret"
} >>"$LAB_DIR/tickgated.conf"
lab_daemon || bail "daemon: $(tail -5 "$LAB_DIR/tickgated.log")"

check "TLS 1.3, OpenSSL's library: session up" lab_wait 30 up sim
check "book live over TLS" lab_wait 20 lab_book_live
check "it says TLSv1.3" lab_wait 10 says sim TLSv1.3
check "TLS 1.2, OpenSSL's library: session up" lab_wait 20 up tls12
check "it says TLSv1.2" lab_wait 10 says tls12 TLSv1.2
check "QuickFIX's own SSL acceptor: session up" lab_wait 20 up quickfix
note "QuickFIX: $(conn quickfix tls) $(conn quickfix cipher)"
check "openssl s_server: session up" lab_wait 20 up openssl
check "server name was sent" grep -q 'sni=venue.test' "$LAB_DIR/t13.out"
check "session tickets are read and dropped" at_least "$(host tls_ignored)" 2
check "wrong name refused" lab_wait 10 failed_with badname "hostname mismatch"
check "wrong authority refused" lab_wait 10 failed_with badca "certificate refused"
check "expired certificate refused" lab_wait 10 failed_with expired "has expired"
check "and none of them handed over" is "$(conn badname connected) $(conn badca connected) $(conn expired connected)" "0 0 0"

"$peers/hand-over" 5 10.77.0.2 7002 >/tmp/plain.out
check "the module takes no plain connection for a TLS venue" grep -q "demands kernel TLS" /tmp/plain.out

check "Binance Logon accepted, ChaCha20" lab_wait 20 up binance
logon=$(grep -ah "35=A.*49=TG8" /tmp/qf/*.messages.* | head -1 | sed 's/^[^:]* : //')
field() { tr '\001' '\n' <<<"$logon" | sed -n "s/^$1=//p" | head -1; }
printf 'A\001TG8\001PEER\001%s\001%s' "$(field 34)" "$(field 52)" >/tmp/signed
field 96 | base64 -d >/tmp/signature
openssl pkey -in $pki/binance.pem -pubout -out $pki/binance.pub 2>/dev/null
check "its signature verifies over the bytes on the wire" openssl pkeyutl -verify -pubin -inkey $pki/binance.pub -rawin -in /tmp/signed -sigfile /tmp/signature
check "Coinbase Logon accepted" lab_wait 20 up coinbase
check "the passphrase reached the venue" grep -aqr "554=$secret" /tmp/qf
check "journal holds no secret" bash -c "! grep -arqF $secret '$LAB_DIR/journal'"
check "log holds no secret" bash -c "! grep -aqF $secret '$LAB_DIR/tickgated.log'"
[ ! -s /tmp/netlink.pcap ] || check "netlink carried no secret" bash -c "grep -aqF COINBASEKEY /tmp/netlink.pcap && ! grep -aqF $secret /tmp/netlink.pcap"

n=$(of tls12 logons)
echo ticket >/tmp/t13.in
lab_wait 5 grep -q 'ticket sent' "$LAB_DIR/t13.out"
"$mm" --instrument BTCUSDT --account 1 --qty 0.01 --ticks 20 --seconds 3 --json >"$LAB_DIR/mm.json" 2>&1
check "orders travel over TLS, a ticket in between" at_least "$(jq .venue_acks <"$LAB_DIR/mm.json")" 2
n=$(of sim logons)
echo keyupdate >/tmp/t13.in
check "KeyUpdate: given up and logged on again" lab_wait 15 more_logons sim "$n"
check "and counted" is "$(host tls_key_updates)" 1
check "subscribed again: book live" lab_wait 10 lab_book_live
n=$(of sim logons)
echo close >/tmp/t13.in
check "close_notify: logged on again" lab_wait 15 more_logons sim "$n"
check "and counted" at_least "$(host tls_close_notify)" 1
n=$(of tls12 logons)
echo cut >/tmp/t12.in
check "TLS 1.2, cut without close_notify: logged on again" lab_wait 15 more_logons tls12 "$n"

n="$(of sim logons) $(of tls12 logons)"
kill -KILL "$LAB_DAEMON_PID"
wait "$LAB_DAEMON_PID" 2>/dev/null
lab_daemon || bail "daemon again"
sleep 0.5
check "daemon killed and started again: TLS sessions untouched" is "$(of sim logons) $(of tls12 logons) $(of sim state)" "$n up"
tgctl resume --who tester --reason "journal is back" >/dev/null 2>&1
"$mm" --instrument BTCUSDT --account 1 --qty 0.01 --ticks 20 --seconds 3 --json >"$LAB_DIR/mm2.json" 2>&1
check "trading goes on over them" at_least "$(jq .venue_acks <"$LAB_DIR/mm2.json")" 2

kill -KILL "$LAB_DAEMON_PID"
wait "$LAB_DAEMON_PID" 2>/dev/null
LAB_DAEMON_PID=''
ip link del tg0	# the XDP program holds the module
check "module unloads with TLS sessions up" rmmod tickgate
lab_down
check "kernel log clean" lab_dmesg_clean
finish
