/**
 * Pages whose paths this gateway has. The dashboard is part of the binary and is built from its document: what the document does not have,
 * no request has to find out.
 */
declare const __PATHS__: readonly string[];

const OPTIONAL: Record<string, string> = {
  loop: "/api/v1/loop",
  streams: "/api/v1/streams",
  alerts: "/api/v1/alerts",
};

class Features {
  has(page: string): boolean {
    const path = OPTIONAL[page];
    return path === undefined || __PATHS__.some((one) => one === path || one.startsWith(`${path}/`));
  }
}

export const features = new Features();
