# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The demo's summary, from what the strategies, the gateway and the venue said.

# demo_summary DIR REFUSED_UNDER_KILL WORKING_AFTER_KILL: one JSON object
demo_summary()
{
	jq -n --slurpfile maker "$1/maker.json" --slurpfile again "$1/maker-again.json" --slurpfile taker "$1/taker.json" --slurpfile counters "$1/counters.json" \
		--slurpfile positions "$1/positions.json" --slurpfile venue "$1/venue-positions.json" --slurpfile stats "$1/venue-stats.json" --argjson refused "$2" --argjson working "$3" '
	$counters[0].reasons as $r
	| ["MAX_QUANTITY", "MAX_NOTIONAL", "PRICE_COLLAR", "POSITION", "OPEN_ORDERS", "ORDER_RATE", "DUPLICATE_ORDER"] as $controls
	| {
		strategies: {
			market_maker: { before_the_kill: $maker[0], after_the_resume: $again[0] },
			taker: $taker[0]
		},
		risk_rejects: ([$controls[] | { key: ., value: $r[.] } | select(.value > 0)] | from_entries),
		self_crosses_avoided: $r.SELF_CROSS,
		kill: { latched: $counters[0].core.kills, maker_ended: $maker[0].ended, taker_heard: $taker[0].kills, refused_under_it: $refused, working_after_it: $working },
		resume: { taker_heard: $taker[0].resumes, maker_fills_after: $again[0].fills, maker_orders_after: $again[0].orders },
		fills: $counters[0].core.fills,
		others: { orders: $stats[0].other_orders, fills: $stats[0].other_fills },
		position: { here: ([$positions[0].positions[] | select(.account_id == 1) | .qty][0] // "0"), venue: ([$venue[0][].qty][0] // "0") }
	}'
}

demo_text()
{
	jq -r '
	"market maker    orders \(.strategies.market_maker.before_the_kill.orders)  replaces \(.strategies.market_maker.before_the_kill.replaces)  fills \(.strategies.market_maker.before_the_kill.fills)  until the kill;  orders \(.resume.maker_orders_after)  fills \(.resume.maker_fills_after)  after the resume",
	"taker (\(.strategies.taker.exec))   orders \(.strategies.taker.orders)  fills \(.strategies.taker.fills)  position \(.strategies.taker.position)  refused \(.strategies.taker.refusals | to_entries | map("\(.key) \(.value)") | join(" "))",
	"others          orders \(.others.orders)  fills \(.others.fills)",
	"risk rejects    \(.risk_rejects | to_entries | map("\(.key) \(.value)") | join("  "))",
	"self-crosses    \(.self_crosses_avoided) avoided",
	"kill            latched \(.kill.latched)  refused under it \(.kill.refused_under_it)  left working \(.kill.working_after_it)  maker ended by: \(.kill.maker_ended)",
	"resume          heard by the taker: \(.resume.taker_heard)",
	"position        here \(.position.here)  at the venue \(.position.venue)"' "$1"
}

# Everything that the demo is for was seen; what was not is told.
demo_shown()
{
	local missing

	missing=$(jq -r '[
		(select(.strategies.market_maker.before_the_kill.fills == 0 and .resume.maker_fills_after == 0) | "a fill of the maker"),
		(select(.strategies.taker.fills == 0) | "a fill of the taker"),
		(select(.risk_rejects == {}) | "a risk reject"),
		(select(.self_crosses_avoided == 0) | "a self-cross"),
		(select(.kill.latched == 0 or .kill.refused_under_it == 0 or .kill.working_after_it != 0) | "a kill"),
		(select(.resume.taker_heard == 0 or .resume.maker_orders_after == 0) | "a resume"),
		(select(.position.here != .position.venue) | "positions that are equal")
	] | join(", ")' "$1") || return
	[ -z "$missing" ] || { echo "the demo did not show: $missing" >&2; return 1; }
}
