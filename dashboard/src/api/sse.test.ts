import { expect, test } from "vitest";
import { Parser, type Told } from "./sse";

function parse(...chunks: string[]): { told: Told[]; place: string | undefined; signs: number } {
  const told: Told[] = [];
  let signs = 0;
  const parser = new Parser((one) => told.push(one), () => (signs += 1));
  for (const chunk of chunks) parser.push(chunk);
  return { told, place: parser.place, signs };
}

const STREAM = "retry: 1000\n: behind record 41\nid: 41\n\nid: 42\nevent: order\ndata: {\"a\":1}\ndata: x\n\n: alive\nid: 50\n\nid: 51\ndata: y\n\n";
const TOLD = [{ id: "42", event: "order", data: "{\"a\":1}\nx" }, { id: "51", event: "message", data: "y" }];

test("events, comments and places that move on without data", () => {
  const { told, place } = parse(STREAM);
  expect(told).toEqual(TOLD);
  expect(place).toBe("51");
});

test("wherever the network cuts, the same is heard", () => {
  for (const stream of [STREAM, STREAM.replaceAll("\n", "\r\n"), STREAM.replaceAll("\n", "\r")]) {
    for (let at = 0; at <= stream.length; at += 1) expect(parse(stream.slice(0, at), stream.slice(at)).told).toEqual(TOLD);
    expect(parse(...stream).told).toEqual(TOLD);
  }
});

test("an event without its empty line was not told, and its place is not passed", () => {
  const { told, place } = parse("id: 41\n\nid: 42\ndata: x\n");
  expect(told).toEqual([]);
  expect(place).toBe("41");
});
