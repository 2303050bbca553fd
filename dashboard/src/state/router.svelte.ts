/** Which page is shown, by the path of the address. */
export interface Place {
  /** The first word of the path; `overview` for none. */
  page: string;
  /** What follows it, such as an order's or an approval's id. */
  id: string | undefined;
  query: URLSearchParams;
}

export function placeOf(url: URL): Place {
  const [page, id] = url.pathname.split("/").filter((part) => part !== "");
  return { page: page ?? "overview", id: id === undefined ? undefined : decodeURIComponent(id), query: url.searchParams };
}

class Router {
  place = $state.raw<Place>(placeOf(new URL(location.href)));

  start(): () => void {
    const follow = () => (this.place = placeOf(new URL(location.href)));
    const click = (event: MouseEvent) => {
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      const link = (event.target as Element | null)?.closest("a");
      if (link === null || link === undefined || link.target !== "" || link.hasAttribute("download") || link.origin !== location.origin) return;
      if (link.pathname.startsWith("/docs") || link.pathname.startsWith("/api") || link.pathname === "/openapi.json") return;
      event.preventDefault();
      this.go(link.pathname + link.search);
    };
    addEventListener("popstate", follow);
    addEventListener("click", click);
    return () => {
      removeEventListener("popstate", follow);
      removeEventListener("click", click);
    };
  }

  go(path: string, replace = false): void {
    if (replace) history.replaceState(null, "", path);
    else if (path !== location.pathname + location.search) history.pushState(null, "", path);
    this.place = placeOf(new URL(location.href));
  }
}

export const router = new Router();
