// SPDX-License-Identifier: MIT
/*
 * tls-terminator: OpenSSL as the server, plain TCP behind it. One connection after the other, so
 * that a test venue that knows no TLS can be reached by it; commands on stdin do to the TLS layer
 * what a venue might do. Events, one a line, on stdout.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *sni = "-";

static int usage(FILE *f)
{
	fputs("usage: tls-terminator --listen ADDR:PORT --forward ADDR:PORT --cert FILE --key FILE\n"
	      "                      [--version 12|13] [--tickets N] [--ciphers LIST]\n"
	      "commands on stdin: keyupdate, keyupdate-both, ticket, close (close_notify), cut, quit\n",
	      f);
	return 2;
}

static int address(const char *text, struct sockaddr_in *a)
{
	char host[64];
	const char *colon = strrchr(text, ':');

	*a = (struct sockaddr_in){ .sin_family = AF_INET };
	if (!colon || (size_t)(colon - text) >= sizeof(host))
		return -1;
	memcpy(host, text, (size_t)(colon - text));
	host[colon - text] = 0;
	a->sin_port = htons((unsigned short)atoi(colon + 1));
	return inet_pton(AF_INET, host, &a->sin_addr) == 1 ? 0 : -1;
}

static int on_sni(SSL *ssl, int *alert, void *arg)
{
	(void)alert;
	(void)arg;
	sni = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	return SSL_TLSEXT_ERR_OK;
}

static bool write_all(int fd, const char *p, ssize_t n)
{
	while (n > 0) {
		ssize_t k = write(fd, p, (size_t)n);

		if (k <= 0)
			return false;
		p += k;
		n -= k;
	}
	return true;
}

/* false: the connection has ended */
static bool command(SSL *ssl, const char *word)
{
	if (!strcmp(word, "keyupdate") || !strcmp(word, "keyupdate-both")) {
		int type = word[9] ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED;
		bool ok = SSL_key_update(ssl, type) && SSL_do_handshake(ssl) == 1;

		printf("%s %s\n", word, ok ? "sent" : "failed");
	} else if (!strcmp(word, "ticket")) {
		bool ok = SSL_new_session_ticket(ssl) && SSL_do_handshake(ssl) == 1;

		printf("ticket %s\n", ok ? "sent" : "failed");
	} else if (!strcmp(word, "close")) {
		SSL_shutdown(ssl);
		printf("close sent\n");
		return false;
	} else if (!strcmp(word, "cut")) {
		printf("cut\n");
		return false;
	} else if (!strcmp(word, "quit")) {
		exit(0);
	} else {
		printf("unknown command %s\n", word);
	}
	return true;
}

static bool read_commands(SSL *ssl)
{
	char text[256], *save = NULL, *word;
	ssize_t n = read(0, text, sizeof(text) - 1);
	bool go_on = true;

	if (n <= 0)
		return true;
	text[n] = 0;
	for (word = strtok_r(text, "\n", &save); word && go_on; word = strtok_r(NULL, "\n", &save))
		go_on = command(ssl, word);
	return go_on;
}

static void relay(SSL *ssl, int client, int server)
{
	char buf[16384];
	int n;

	for (;;) {
		struct pollfd p[3] = { { .fd = client, .events = POLLIN },
				       { .fd = server, .events = POLLIN },
				       { .fd = 0, .events = POLLIN } };

		if (!SSL_pending(ssl) && poll(p, 3, -1) < 0)
			return;
		if ((p[2].revents & POLLIN) && !read_commands(ssl))
			return;
		if (SSL_pending(ssl) || p[0].revents) {
			n = SSL_read(ssl, buf, sizeof(buf));
			if (n <= 0) {
				int why = SSL_get_error(ssl, n);

				if (why == SSL_ERROR_WANT_READ)
					continue;
				printf("client %s\n", why == SSL_ERROR_ZERO_RETURN ? "sent close_notify"
									   : "went away");
				return;
			}
			if (!write_all(server, buf, n))
				return;
		}
		if (p[1].revents) {
			n = (int)read(server, buf, sizeof(buf));
			if (n <= 0) {
				SSL_shutdown(ssl);
				printf("server closed\n");
				return;
			}
			if (SSL_write(ssl, buf, n) <= 0) {
				printf("client went away\n");
				return;
			}
		}
	}
}

static void serve(SSL_CTX *ctx, int client, const struct sockaddr_in *to)
{
	SSL *ssl = SSL_new(ctx);
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	sni = "-";
	SSL_set_fd(ssl, client);
	if (SSL_accept(ssl) != 1) {
		unsigned long code = ERR_get_error();

		printf("handshake failed: %s\n", code ? ERR_reason_error_string(code) : "closed");
	} else if (connect(server, (const struct sockaddr *)to, sizeof(*to))) {
		printf("forward: %s\n", strerror(errno));
	} else {
		printf("accepted %s %s sni=%s\n", SSL_get_version(ssl), SSL_get_cipher(ssl),
		       sni ? sni : "-");
		relay(ssl, client, server);
	}
	ERR_clear_error();
	SSL_free(ssl);
	close(client);
	close(server);
}

int main(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "listen", required_argument, NULL, 'l' }, { "forward", required_argument, NULL, 'f' },
		{ "cert", required_argument, NULL, 'c' },   { "key", required_argument, NULL, 'k' },
		{ "version", required_argument, NULL, 'v' }, { "tickets", required_argument, NULL, 't' },
		{ "ciphers", required_argument, NULL, 'C' }, { "help", no_argument, NULL, 'h' }, { 0 },
	};
	const char *cert = NULL, *key = NULL, *ciphers = NULL;
	struct sockaddr_in at = { 0 }, to = { 0 };
	int version = 0, tickets = 2, fd, one = 1, opt;
	SSL_CTX *ctx;

	while ((opt = getopt_long(argc, argv, "h", longopts, NULL)) != -1) {
		switch (opt) {
		case 'l':
			if (address(optarg, &at))
				return usage(stderr);
			break;
		case 'f':
			if (address(optarg, &to))
				return usage(stderr);
			break;
		case 'c':
			cert = optarg;
			break;
		case 'k':
			key = optarg;
			break;
		case 'v':
			version = atoi(optarg) == 12 ? TLS1_2_VERSION : TLS1_3_VERSION;
			break;
		case 't':
			tickets = atoi(optarg);
			break;
		case 'C':
			ciphers = optarg;
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			return usage(stderr);
		}
	}
	if (!cert || !key || !at.sin_port || !to.sin_port)
		return usage(stderr);
	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	ctx = SSL_CTX_new(TLS_server_method());
	SSL_CTX_set_tlsext_servername_callback(ctx, on_sni);
	SSL_CTX_set_num_tickets(ctx, (size_t)tickets);
	if (SSL_CTX_use_certificate_chain_file(ctx, cert) != 1 ||
	    SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1 ||
	    (version && (!SSL_CTX_set_min_proto_version(ctx, version) ||
			 !SSL_CTX_set_max_proto_version(ctx, version))) ||
	    (ciphers && !SSL_CTX_set_ciphersuites(ctx, ciphers) &&
	     !SSL_CTX_set_cipher_list(ctx, ciphers))) {
		ERR_print_errors_fp(stderr);
		return 1;
	}
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 8)) {
		perror("tls-terminator: listen");
		return 1;
	}
	printf("ready\n");
	for (;;) {
		int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

		if (client >= 0)
			serve(ctx, client, &to);
	}
}
