/** How charts look: by the tokens of the page, so that they turn with the theme. */
import { ColorType, CrosshairMode, LineStyle, type ChartOptions, type DeepPartial } from "lightweight-charts";

/** The colour behind a token, as a chart can read it. */
export function token(name: string): string {
  const probe = document.createElement("i");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  return color;
}

/** The same, seen through. */
export function faded(color: string, alpha: number): string {
  const found = /rgba?\((\d+), (\d+), (\d+)/.exec(color);
  return found === null ? color : `rgba(${found[1]}, ${found[2]}, ${found[3]}, ${alpha})`;
}

const TIME = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hour12: false });
const SECOND = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const FULL = new Intl.DateTimeFormat(undefined, { day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit", hour12: false, timeZoneName: "short" });
const MONTH = new Intl.DateTimeFormat(undefined, { month: "short", year: "numeric" });

/** What stands at a tick of the axis: a month, a day or a time. */
export function tick(time: unknown, kind: number): string {
  const at = new Date(Number(time) * 1_000);
  return kind >= 3 ? TIME.format(at) : kind === 2 ? DAY.format(at) : MONTH.format(at);
}

/** The same where all that is shown is a matter of minutes. */
export const tickOfSeconds = (time: unknown) => SECOND.format(new Date(Number(time) * 1_000));

/** Times are shown in the viewer's zone, as everywhere on the page. */
export function options(): DeepPartial<ChartOptions> {
  const [dim, line, strong] = [token("dim"), token("line"), token("line-strong")];
  return {
    autoSize: true,
    layout: {
      background: { type: ColorType.Solid, color: "transparent" }, textColor: dim, fontSize: 11,
      fontFamily: getComputedStyle(document.body).fontFamily,
      // It writes a style sheet into the page, which our policy forbids; the attribution stands under the chart.
      attributionLogo: false,
      panes: { separatorColor: line, separatorHoverColor: strong, enableResize: false },
    },
    grid: { vertLines: { color: faded(line, 0.55) }, horzLines: { color: faded(line, 0.55) } },
    crosshair: { mode: CrosshairMode.Normal, vertLine: { color: strong, style: LineStyle.Dashed, labelBackgroundColor: strong }, horzLine: { color: strong, style: LineStyle.Dashed, labelBackgroundColor: strong } },
    rightPriceScale: { borderColor: line, entireTextOnly: true },
    timeScale: {
      borderColor: line, timeVisible: true, secondsVisible: false, rightOffset: 4, lockVisibleTimeRangeOnResize: true,
      tickMarkFormatter: tick,
    },
    localization: { timeFormatter: (time: unknown) => FULL.format(new Date(Number(time) * 1_000)) },
    handleScale: { axisPressedMouseMove: { time: true, price: true } },
  };
}
