import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Problem } from "../api/problem";
import { LATE_MS, Resource, RETRY_FIRST_MS } from "./resource.svelte";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const refused = (retryAfter?: number) => {
  const problem = new Problem(429, undefined, "too many");
  problem.retryAfter = retryAfter;
  return problem;
};

test("what could not be read says why, and is read again by itself until it is there", async () => {
  const answers: (() => Promise<string>)[] = [() => Promise.reject(refused()), () => Promise.reject(new Problem(0, undefined, "gone")), () => Promise.resolve("there")];
  const load = vi.fn(() => answers[load.mock.calls.length - 1]?.() ?? Promise.resolve("there"));
  const resource = new Resource(load);
  const end = resource.begin();
  expect(resource.isLoading).toBe(true);
  await vi.advanceTimersByTimeAsync(0);
  expect([resource.isLoading, resource.problem?.message]).toEqual([false, "too many"]);
  await vi.advanceTimersByTimeAsync(RETRY_FIRST_MS);
  expect(resource.problem?.message).toBe("gone");
  // Each time it waits twice as long.
  await vi.advanceTimersByTimeAsync(RETRY_FIRST_MS);
  expect(load).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(RETRY_FIRST_MS);
  expect([resource.data, resource.problem]).toEqual(["there", undefined]);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(load).toHaveBeenCalledTimes(3);
  end();
});

test("an answer that never comes is a problem after a while, and is asked for again", async () => {
  let signal: AbortSignal | undefined;
  const load = vi.fn((given: AbortSignal) => {
    signal ??= given;
    return load.mock.calls.length === 1 ? new Promise<string>(() => undefined) : Promise.resolve("there");
  });
  const resource = new Resource(load);
  const end = resource.begin();
  await vi.advanceTimersByTimeAsync(LATE_MS - 1);
  expect([resource.isLoading, signal?.aborted]).toEqual([true, false]);
  await vi.advanceTimersByTimeAsync(1);
  expect([resource.problem?.isLate, signal?.aborted]).toEqual([true, true]);
  await vi.advanceTimersByTimeAsync(RETRY_FIRST_MS);
  expect(resource.data).toBe("there");
  end();
});

test("a gateway that names a time to wait is not asked before it, whatever events say", async () => {
  const load = vi.fn(() => (load.mock.calls.length === 1 ? Promise.reject(refused(5_000)) : Promise.resolve("there")));
  const resource = new Resource(load);
  const end = resource.begin();
  await vi.advanceTimersByTimeAsync(1_000);
  resource.touch();
  await vi.advanceTimersByTimeAsync(3_999);
  expect(load).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(resource.data).toBe("there");
  end();
});

test("what a reading of before has to say counts no more after a new beginning", async () => {
  const fails: ((why: Problem) => void)[] = [];
  const resource = new Resource(() => new Promise<string>((_done, fail) => fails.push(fail)));
  resource.begin()();
  const first = resource.begin();
  await vi.advanceTimersByTimeAsync(0);
  first();
  const second = resource.begin();
  await vi.advanceTimersByTimeAsync(1_000);
  fails[0]?.(refused());
  await vi.advanceTimersByTimeAsync(0);
  expect(resource.problem).toBeUndefined();
  fails[1]?.(refused());
  await vi.advanceTimersByTimeAsync(0);
  expect(resource.problem?.status).toBe(429);
  second();
});
