import { expect, test } from "vitest";
import { control, countdown, decimal, grouped, percent, prose, share, sign, span } from "./format";

test("decimals are grouped and rounded as texts, however long they are", () => {
  expect(decimal("1234567.891", { max: 2 })).toBe("1,234,567.89");
  expect(decimal("90071992547409931234.565", { max: 2 })).toBe("90,071,992,547,409,931,234.57");
  expect(decimal("189.5", { min: 2 })).toBe("189.50");
  expect(decimal("0.1234", { min: 2, max: 2 })).toBe("0.12");
  expect(decimal("999.995", { min: 2, max: 2 })).toBe("1,000.00");
  expect(decimal("100.000000", { max: 2 })).toBe("100");
});

test("a sign is shown where it means something, and zero has none", () => {
  expect(decimal("-1.2", { min: 2, signed: true })).toBe("\u22121.20");
  expect(decimal("1.2", { min: 2, signed: true })).toBe("+1.20");
  expect(decimal("-0.001", { min: 2, max: 2, signed: true })).toBe("0.00");
  expect([sign("-0.01"), sign("0.00"), sign("3"), sign(null), sign("?")]).toEqual([-1, 0, 1, undefined, undefined]);
});

test("what is no number is shown as it came", () => expect(decimal("none now")).toBe("none now"));

test("shares are unknown where a part is", () => {
  expect(share("5", "20")).toBe(25);
  expect(share(null, "20")).toBeUndefined();
  expect(share("5", "0")).toBeUndefined();
  expect(percent(-0.001, 1)).toBe("0.0\u2009%");
});

test("spans and countdowns", () => {
  expect(span(380)).toBe("380\u2009ms");
  expect(span(3_400)).toBe("3.4\u2009s");
  expect(span(75_000)).toBe("1\u2009m 15\u2009s");
  expect(span(49 * 3_600_000)).toBe("2\u2009d 1\u2009h");
  expect(countdown(61_000)).toBe("1:01");
  expect(countdown(-5)).toBe("0:00");
  expect(control("C13_MAX_QTY")).toBe(13);
});

test("a sentence is taken apart into words, what is for a terminal, and times", () => {
  expect(prose("Run `tollgate status` before 2026-11-30T05:23:08.494546868Z, or wait.")).toEqual([
    { kind: "words", text: "Run " }, { kind: "code", text: "tollgate status" }, { kind: "words", text: " before " }, { kind: "time", text: "2026-11-30T05:23:08.494546868Z" }, { kind: "words", text: ", or wait." },
  ]);
  expect(prose("A ` alone is a sign.")).toEqual([{ kind: "words", text: "A ` alone is a sign." }]);
});

test("long figures in a sentence are grouped, and nothing else is touched", () => {
  expect(grouped("1000000 of 13832745.50 a day")).toBe("1,000,000 of 13,832,745.5 a day");
  for (const same of ["2026-11-30T05:23:08Z", "DUV0000001", "order-123456", "127.0.0.1:41215", "1000 shares", "20261130:0930"]) expect(grouped(same)).toBe(same);
});
