"""The look of the page: paper and ink, dark where the reader's system is dark, plain in print. Nothing is loaded."""

from __future__ import annotations

CSS = """
:root{color-scheme:light dark;
--paper:#fbfaf7;--sheet:#ffffff;--ink:#1d1c1a;--quiet:#5b5750;--line:#e3dfd6;--code:#f3f0e9;
--bad:#9f2418;--warn:#7a4b00;--good:#1c6437;--info:#1f5673;--mark:#ffe3ae;--link:#1d4f80;
--del:#fdebe8;--ins:#e6f4e9;
--serif:"Iowan Old Style","Palatino Linotype",Palatino,"URW Palladio L",P052,"Book Antiqua",Georgia,serif;
--sans:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",Arial,sans-serif;
--mono:ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace}
@media (prefers-color-scheme:dark){:root{
--paper:#151618;--sheet:#1c1e21;--ink:#e9e6e0;--quiet:#aaa59b;--line:#34363b;--code:#26282c;
--bad:#ff9b8e;--warn:#f2c063;--good:#83d69d;--info:#8cc8e8;--mark:#5b4514;--link:#9cc7f2;
--del:#3d2320;--ins:#1d3425}}
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.6 var(--sans);overflow-wrap:anywhere}
header,main,footer{max-width:50rem;margin-inline:auto;padding-inline:clamp(1rem,5vw,2.5rem)}
header{padding-block:clamp(1.5rem,5vw,3rem) 0}
main{display:block}
h1,h2,h3,h4,p,ol,ul,dl,dd,figure,pre{margin:0}
a{color:var(--link);text-underline-offset:.15em}
a:focus-visible,summary:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:2px}
.brand{font-size:.875rem;color:var(--quiet);letter-spacing:.02em}
.brand b{color:var(--ink);font-weight:600}
.all{list-style:none;padding:0;margin-top:1.5rem;border-top:1px solid var(--line)}
.all li{border-bottom:1px solid var(--line);padding:.7rem 0;display:grid;grid-template-columns:9.5rem 1fr;gap:.25rem 1rem}
.all .where{display:block;font-size:.875rem;color:var(--quiet)}
.answer{font:600 clamp(1.3rem,4vw,1.75rem)/1.28 var(--serif);margin-top:.9rem;text-wrap:pretty}
article{margin-top:clamp(1.75rem,5vw,3rem)}
article+article{border-top:1px solid var(--line);padding-top:clamp(1.75rem,5vw,3rem)}
.verdict{display:inline-block;font:600 .8125rem/1 var(--sans);letter-spacing:.08em;padding:.42em .7em;border:1.5px solid currentColor;border-radius:4px;white-space:nowrap}
.refused{color:var(--bad)}.accepted{color:var(--good)}.undetermined{color:var(--warn)}
h1.answer{font-size:clamp(1.5rem,4.6vw,2.125rem)}
header .answer{margin-top:.35rem}
.answer code{font-size:.86em}
code{font-family:var(--mono);font-size:.9em;background:var(--code);padding:.1em .25em;border-radius:3px;unicode-bidi:isolate;-webkit-box-decoration-break:clone;box-decoration-break:clone}
p code span,dd code span,li code span,.fault code span,.answer code span{white-space:nowrap}
.facts{margin-top:1.4rem;display:grid;grid-template-columns:minmax(7.5rem,max-content) 1fr;gap:.45rem 1.25rem;font-size:.9375rem;line-height:1.5}
.facts dt{color:var(--quiet)}
.title{font:600 1.25rem/1.3 var(--serif);margin-top:2.4rem;padding-bottom:.4rem;border-bottom:1px solid var(--line)}
.finding{margin-top:1.5rem;padding-left:1.1rem;border-left:3px solid var(--edge)}
.error{--edge:var(--bad)}.warning{--edge:var(--warn)}.info{--edge:var(--info)}
.kicker{font-size:.8125rem;line-height:1.5;color:var(--quiet)}
.kicker b{color:var(--edge);font-weight:600;letter-spacing:.05em;text-transform:uppercase;margin-right:.5em}
.fault{font:600 1.0625rem/1.45 var(--sans);margin-top:.2rem}
.finding p+p,.finding figure+p,.finding .fault+p{margin-top:.55rem}
.finding>p{font-size:.9688rem;line-height:1.55}
.finding .label{font-weight:600;color:var(--quiet)}
.change{background:var(--sheet);border:1px solid var(--line);border-radius:5px;padding:.65rem .85rem}
.change .label{color:var(--good)}
figure{margin-top:.8rem!important}
figcaption,.finding .seen{font:.875rem/1.4 var(--sans);color:var(--quiet);margin-top:.4rem}
pre{background:var(--code);border-radius:5px;padding:.75rem .85rem;font:.875rem/1.6 var(--mono);white-space:pre-wrap;overflow-wrap:anywhere;tab-size:4}
pre code{all:unset;display:block;unicode-bidi:isolate}
.row{display:block;padding-left:calc(var(--gutter,2ch) + 1.5ch);text-indent:0;position:relative;text-decoration:none;min-height:1.6em}
.row::before{content:attr(data-n);position:absolute;left:0;width:var(--gutter,2ch);text-align:right;color:var(--quiet)}
del.row{background:var(--del)}ins.row{background:var(--ins)}
mark{background:var(--mark);color:inherit;border-radius:2px;padding:.08em 0}
del mark,ins mark{background:transparent;font-weight:700;text-decoration:underline;text-decoration-thickness:.12em;text-underline-offset:.18em}
.list{padding-left:1.1rem;margin-top:.9rem;font-size:.9688rem}
.list li{margin-top:.6rem}
.list li>b{font-weight:600}
.look{color:var(--quiet)}
.lead{margin-top:.9rem}
.lead+.part{margin-top:.9rem}
.row .note{color:var(--quiet);display:inline-block;white-space:pre}
details{margin-top:1rem;border:1px solid var(--line);border-radius:5px;background:var(--sheet)}
summary{cursor:pointer;padding:.6rem .85rem;font-size:.9375rem;font-weight:600}
details>div{padding:0 .85rem .85rem}
details .facts{margin-top:.2rem}
.part{font-size:.875rem;color:var(--quiet);margin-top:.6rem}
details pre{margin-top:.3rem}
footer{margin-top:3rem;padding-block:1.25rem 2.5rem;font-size:.875rem;color:var(--quiet)}
footer p{border-top:1px solid var(--line);padding-top:1.1rem}
@media (max-width:34rem){
body{font-size:1rem}
.facts{grid-template-columns:1fr;gap:.1rem}.facts dd+dt{margin-top:.55rem}
.all li{grid-template-columns:1fr}
.finding{padding-left:.8rem}
pre{font-size:.8125rem;padding:.65rem}}
@media print{
:root{color-scheme:light;--paper:#fff;--sheet:#fff;--ink:#000;--quiet:#444;--line:#bbb;--code:#f4f4f4;--bad:#8a1c12;--warn:#6b4200;--good:#155a2d;--info:#1b4a63;--mark:#ffe3ae;--link:#000;--del:#fdebe8;--ins:#e6f4e9}
@page{margin:18mm 16mm}
html{font-size:9.5pt}
body{line-height:1.45;print-color-adjust:exact;-webkit-print-color-adjust:exact}
header,main,footer{max-width:none;padding-inline:0}
header{padding-top:0}
h1,h2,h3,h4,.kicker{break-after:avoid}
.finding,figure,.list li,.all li{break-inside:avoid}
article+article{break-before:page;border-top:0;padding-top:0}
details{border:0;background:none}summary{list-style:none;padding:.3rem 0}summary::marker{content:""}
details>div{padding:0}
details::details-content{content-visibility:visible;block-size:auto;display:block}
a{text-decoration:none}}
""".strip().replace("\n", "")
"""One line: its digest stands in the page's Content-Security-Policy, and a line break that is changed on the way would break it."""
