import { live } from "./live.svelte";
import { Resource, type Terms } from "./resource.svelte";

/** A resource for as long as the component stands. */
export function use<T>(load: (signal: AbortSignal) => Promise<T>, terms: Terms = {}): Resource<T> {
  const resource = new Resource(load, terms);
  $effect(() => {
    const detach = live.attach(resource as Resource<unknown>);
    const end = resource.begin();
    return () => {
      detach();
      end();
    };
  });
  return resource;
}
