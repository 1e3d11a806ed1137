# SPDX-License-Identifier: MIT
# Counts the results in one test's log: prints `passed failed skipped note`. Set rc to the
# program's exit status. The rules are described in tests/run.

function reason(line)
{
	sub(/.*# *[Ss][Kk][Ii][Pp][A-Za-z]* */, "", line)
	sub(/^SKIP[: ]*/, "", line)
	return line
}

{ sub(/\r$/, "") }

/^[ \t]*(not )?ok([ \t]|$)/ {
	match($0, /^[ \t]*/)
	d = RLENGTH
	bad = $1 == "not"
	skipped = toupper($0) ~ /# *SKIP/
	expected = toupper($0) ~ /# *(TODO|XFAIL)/
	# a result less indented than the ones since its last sibling sums those up
	sums = deeper_than(d)
	below = failed_below(d)
	forget_below(d)
	seen[d]++
	if (sums) {
		if (bad && !expected && !below)
			failed++
	} else if (skipped) {
		skips++
		note = reason($0)
	} else if (bad && !expected) {
		failed++
	} else if (!bad) {
		passed++
	} else {
		skips++
		note = reason($0)
	}
	fresh[d]++
	if (bad && !expected && !skipped)
		freshbad[d]++
	if (d == 0)
		top_results++
	next
}

function deeper_than(d,    i)
{
	for (i in fresh)
		if (i + 0 > d && fresh[i])
			return 1
	return 0
}

function failed_below(d,    i)
{
	for (i in freshbad)
		if (i + 0 > d && freshbad[i])
			return 1
	return 0
}

function forget_below(d,    i)
{
	for (i in fresh)
		if (i + 0 > d)
			fresh[i] = freshbad[i] = 0
}

/^1\.\.0([ \t]|$)/ {
	skips++
	note = toupper($0) ~ /SKIP/ ? reason($0) : ""
	next
}

/^1\.\.[0-9]+/ {
	split($0, p, /\.\./)
	planned += p[2]
	next
}

/^SKIP([ :]|$)/ {
	skips++
	note = reason($0)
	next
}

/^[ \t]*Bail out!/ {
	failed++
	note = $0
}

END {
	if (planned > top_results) {
		failed++
		note = "planned " planned " results, printed " top_results + 0
	}
	if (rc == 4 && !failed) {
		if (!skips)
			skips++
	} else if (rc != 0 && !failed) {
		failed++
		note = "exit status " rc " without a `not ok` line"
	} else if (rc == 0 && !passed && !failed && !skips) {
		passed++
	}
	print passed + 0, failed + 0, skips + 0, note
}
