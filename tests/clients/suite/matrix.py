"""The table of checks by clients."""

GREEN, RED, NONE = "ok", "FAIL", "n/a"


class Matrix:
    """Results as they come in, and their table."""

    def __init__(self, checks, clients):
        self.checks, self.clients = checks, clients
        self.results = {}
        self.agreements = []

    def put(self, check, client, result, words=""):
        self.results[check, client] = (result, words)

    def put_agreement(self, title, result, words=""):
        self.agreements.append((title, result, words))

    def is_green(self):
        wanted = {(check, client) for check in self.checks for client in self.clients}
        ran = wanted <= self.results.keys() and self.agreements
        told = [*self.results.values(), *((result, words) for _, result, words in self.agreements)]
        return bool(ran) and all(result != RED for result, _ in told)

    def text(self):
        width = max(map(len, self.checks)) + 2
        lines = ["".ljust(width) + "".join(client.ljust(11) for client in self.clients)]
        for check in self.checks:
            row = (self.results.get((check, client), ("-", ""))[0].ljust(11) for client in self.clients)
            lines.append((check.ljust(width) + "".join(row)).rstrip())
        for title, result, _ in self.agreements:
            lines.append(f"{result.ljust(5)} {title}")
        for (check, client), (result, words) in self.results.items():
            if result != GREEN:
                lines.append(f"\n{result}: {client}, {check}: {words}")
        lines.extend(f"\n{result}: {title}: {words}" for title, result, words in self.agreements if result != GREEN)
        return "\n".join(lines)
