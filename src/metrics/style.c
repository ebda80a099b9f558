// SPDX-License-Identifier: GPL-2.0-or-later
/* How the status page looks: by light and dark, on paper, and without colours alone saying anything. */
#include <event2/buffer.h>

#include "control/request.h"
#include "metrics/html.h"

static const char style[] =
	":root { color-scheme: light dark; --fg: #1b1f24; --dim: #57606a; --bg: #ffffff; --line: #d0d7de; --head: #f3f5f7;\n"
	"  --good: #116329; --warn: #8a4600; --bad: #a40e26; --mark: #0550ae; }\n"
	"@media (prefers-color-scheme: dark) {\n"
	"  :root { --fg: #e6edf3; --dim: #9da7b3; --bg: #0d1117; --line: #30363d; --head: #161b22;\n"
	"    --good: #56d364; --warn: #e3b341; --bad: #ff938a; --mark: #79c0ff; } }\n"
	"* { box-sizing: border-box; }\n"
	"body { margin: 0 auto; padding: 0 1rem 2rem; max-width: 90rem; background: var(--bg); color: var(--fg);\n"
	"  font: 16px/1.5 system-ui, sans-serif; }\n"
	"a { color: var(--mark); }\n"
	":focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }\n"
	".skip { position: absolute; left: -100rem; }\n"
	".skip:focus { left: 1rem; top: .5rem; background: var(--bg); padding: .25rem .5rem; }\n"
	"h1 { margin: 1rem 0 0; font-size: 1.5rem; }\n"
	"h2 { margin: 2rem 0 .5rem; font-size: 1.25rem; border-bottom: 1px solid var(--line); }\n"
	"h3 { margin: 1.5rem 0 .25rem; font-size: 1rem; }\n"
	"p { margin: .25rem 0; }\n"
	".dim { color: var(--dim); }\n"
	"code { font: .9em ui-monospace, monospace; }\n"
	"nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; margin: .5rem 0; padding: 0; }\n"
	"nav [aria-current] { font-weight: bold; text-decoration: none; color: inherit; }\n"
	"dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: .75rem 1.5rem; margin: 0; }\n"
	"dt { color: var(--dim); font-size: .875rem; }\n"
	"dd { margin: 0; font-variant-numeric: tabular-nums; }\n"
	"meter { width: 100%; height: .75rem; }\n"
	".wide { overflow-x: auto; }\n"
	"table { border-collapse: collapse; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums; }\n"
	"caption { text-align: left; color: var(--dim); padding: .25rem 0; }\n"
	"th, td { padding: .25rem .5rem; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; }\n"
	"td.text { white-space: normal; }\n"
	"thead th { background: var(--head); }\n"
	"tbody th { font-weight: normal; }\n"
	"tfoot th, tfoot td { font-weight: bold; }\n"
	".n { text-align: right; }\n"
	".good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); font-weight: bold; }\n"
	".spark { width: 6rem; height: 1.25rem; vertical-align: middle; }\n"
	"dd .spark { width: 100%; height: 2rem; display: block; }\n"
	".spark polyline { fill: none; stroke: var(--mark); stroke-width: 1.5; vector-effect: non-scaling-stroke; }\n"
	"form { display: inline; }\n"
	"input, button { font: inherit; color: inherit; }\n"
	"input[type=number] { width: 6em; }\n"
	".note { border-left: 4px solid var(--mark); padding: .25rem .75rem; background: var(--head); }\n"
	".note.failed { border-color: var(--bad); }\n"
	"@media print { nav, form, .skip { display: none; } }\n";

void lvs_api_style(struct lvs_request *request)
{
	lvs_request_add_header(request, "Cache-Control", "max-age=3600");
	lvs_html(request->out, style);
	lvs_request_send(request, 200, "text/css; charset=utf-8");
}
