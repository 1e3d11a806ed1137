// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "rundir.h"

const char *tg_rundir(void)
{
	const char *dir = getenv("TICKGATE_RUNDIR");

	return dir && *dir ? dir : TG_RUNDIR;
}

static bool path_of(char *path, size_t len, const char *file, const char *suffix)
{
	int n = snprintf(path, len, "%s/%s%s", tg_rundir(), file, suffix);

	return n > 0 && (size_t)n < len;
}

bool tg_rundir_get(const char *file, const char *key, char *out, size_t len)
{
	char path[512], line[512];
	size_t klen = strlen(key);
	bool found = false;
	FILE *f;

	if (!path_of(path, sizeof(path), file, ""))
		return false;
	f = fopen(path, "re");
	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		if (strncmp(line, key, klen) || line[klen] != '\t')
			continue;
		snprintf(out, len, "%s", line + klen + 1);
		found = true;
	}
	fclose(f);
	return found;
}

FILE *tg_rundir_begin(const char *file)
{
	char path[512];

	if (mkdir(tg_rundir(), 0755) && errno != EEXIST)
		return NULL;
	if (!path_of(path, sizeof(path), file, ".new")) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	return fopen(path, "we");
}

int tg_rundir_commit(const char *file, FILE *f)
{
	char from[512], to[512];

	if (fclose(f) || !path_of(from, sizeof(from), file, ".new") ||
	    !path_of(to, sizeof(to), file, ""))
		return -errno;
	return rename(from, to) ? -errno : 0;
}

void tg_rundir_remove(const char *file)
{
	char path[512];

	if (path_of(path, sizeof(path), file, ""))
		unlink(path);
}
