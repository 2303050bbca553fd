"""What the account is worth day by day, calculated apart from Tollgate: from the closes in data/, the rule of the loop's
configuration and the schedule of commissions. It reads nothing that Tollgate wrote.

Money is whole numbers of 1/10000 USD, so that nothing is rounded but where the rule rounds."""

import gzip
import tomllib
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from pathlib import Path

import numpy
import pandas

UNIT = 10_000
DEPOSIT = 1_000_000
DATA = Path(__file__).resolve().parents[2] / "data" / "sp500_adjusted_closes.csv.gz"
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]


def closes() -> pandas.DataFrame:
    """Closes on their step, in units: a cent, below one dollar a hundredth of a cent. What lies half way goes by the binary
    value of the close in dollars times the steps in one."""
    with gzip.open(DATA, "rt") as file:
        dates, *rows = (line.rstrip("\n").split(",") for line in file)
    changes = {row[0]: numpy.array(row[1:], dtype=numpy.int64) for row in rows}
    dollars = pandas.DataFrame(changes, index=pandas.to_datetime(dates[1:])).cumsum() / 1000.0
    cents = numpy.floor(dollars * 100.0 + 0.5) * 100
    fine = numpy.floor(dollars * 10_000.0 + 0.5)
    return cents.where(dollars >= 1.0, fine).astype("int64")


@dataclass
class Rule:
    """The section [loop], with the defaults of docs/loop.md."""

    universe: list[str]
    signal: str
    weekday: str
    lookback: int
    top: int
    cash_buffer: Decimal
    min_trade_value: Decimal
    turnover_max: Decimal
    slippage: Decimal
    commission_per_unit: Decimal
    commission_min: Decimal

    @staticmethod
    def read(path: Path) -> "Rule":
        said = tomllib.loads(path.read_text())["loop"]
        cadence, weekday = said["schedule"].split()
        assert cadence == "weekly" and said["style"] == "moc" and said["at"].startswith("close-"), path
        number = lambda key, default: Decimal(said.get(key, default))
        return Rule(
            universe=sorted(said["universe"]),
            signal=said["signal"],
            weekday=weekday,
            lookback=said.get("lookback", 60),
            top=said.get("top", 5),
            cash_buffer=number("cash_buffer", "0.02"),
            min_trade_value=number("min_trade_value", "100"),
            turnover_max=number("turnover_max", "2"),
            slippage=number("slippage", "0.005"),
            commission_per_unit=number("commission_per_unit", "0.01"),
            commission_min=number("commission_min", "1"),
        )

    def slots(self, sessions: pandas.DatetimeIndex) -> set[pandas.Timestamp]:
        """Sessions that the rule leads to: that day of each week, or the first session after it."""
        begin = sessions[0] - pandas.Timedelta(days=14)
        days = pandas.date_range(begin, sessions[-1], freq=f"W-{self.weekday.upper()}")
        places = sessions.searchsorted(days)
        found = {sessions[place] for place, day in zip(places, days) if place < len(sessions) and day >= begin}
        # A week's day before the first session leads to it only where it lies in the week of holidays before it.
        return {day for day in found if day != sessions[0] or sessions[0].weekday() == WEEKDAYS.index(self.weekday)}

    def weights(self, before: pandas.DataFrame) -> dict[str, Decimal] | None:
        """Weights by the closes of the days before; None: the signal refuses."""
        if self.signal == "equal_weight":
            chosen = self.universe
        elif self.signal == "momentum":
            if len(before) <= self.lookback:
                return None
            last, first = before.iloc[-1], before.iloc[-1 - self.lookback]
            rise = {symbol: Decimal(int(last[symbol])) / Decimal(int(first[symbol])) for symbol in self.universe}
            chosen = sorted(self.universe, key=lambda symbol: (-rise[symbol], symbol))[: self.top]
        else:
            raise ValueError(self.signal)
        part = (Decimal(1) / len(chosen)).quantize(Decimal("1e-8"), ROUND_DOWN)
        return {symbol: part if symbol in chosen else Decimal(0) for symbol in self.universe}

    def trades(self, weights, held, prices, value: Decimal, cash: Decimal) -> dict[str, int]:
        """Signed whole shares to trade: docs/loop.md, "How a plan is calculated"."""
        investable = value * (1 - self.cash_buffer)
        wanted = {}
        for symbol, weight in weights.items():
            target = int(investable * weight / prices[symbol])
            change = target - held[symbol]
            if change and abs(change) * prices[symbol] >= self.min_trade_value:
                wanted[symbol] = change
        worth = lambda symbol: abs(wanted[symbol]) * prices[symbol]
        commission = lambda qty: max(qty * self.commission_per_unit, self.commission_min)

        def scale(symbols, part):
            for symbol in symbols:
                fewer = int(abs(wanted[symbol]) * part)
                sign = 1 if wanted[symbol] > 0 else -1
                wanted[symbol] = sign * fewer if fewer and fewer * prices[symbol] >= self.min_trade_value else 0

        total = sum(map(worth, wanted), Decimal(0))
        if total > value * self.turnover_max:
            scale(list(wanted), value * self.turnover_max / total)
        sells = [symbol for symbol in wanted if wanted[symbol] < 0]
        buys = [symbol for symbol in wanted if wanted[symbol] > 0]
        brought = sum((worth(s) * (1 - self.slippage) - commission(-wanted[s]) for s in sells), Decimal(0))
        paid = sum((worth(s) * (1 + self.slippage) + commission(wanted[s]) for s in buys), Decimal(0))
        spendable = max(cash + brought - value * self.cash_buffer, Decimal(0))
        if paid > spendable:
            per_units = sum(
                (worth(s) * (1 + self.slippage) + wanted[s] * self.commission_per_unit for s in buys), Decimal(0)
            )
            part = (spendable - len(buys) * self.commission_min) / per_units
            scale(buys, min(max(part, Decimal(0)), Decimal(1)))
        return {symbol: change for symbol, change in wanted.items() if change}


def charged(qty: int, price: int) -> int:
    """IBKR Pro Fixed, in units: half a cent a share, at least a dollar, at most a hundredth of the value."""
    least_first = max(Decimal(qty) * Decimal("0.005"), Decimal(1))
    most = Decimal(qty * price) / UNIT / 100
    return int(min(least_first, most).quantize(Decimal("0.0001"), ROUND_HALF_EVEN) * UNIT)


@dataclass
class Course:
    """What was calculated."""

    daily: pandas.DataFrame
    slots: int
    refused: int
    orders: int


def course(rule: Rule, begin: str, end: str) -> Course:
    """The account on each evening from `begin` to `end`."""
    every = closes()[rule.universe]
    days = every.loc[begin:end]
    slots = rule.slots(days.index)
    held = dict.fromkeys(rule.universe, 0)
    cash = DEPOSIT * UNIT
    bought, spent, refused, orders = {}, {}, 0, 0
    for place, day in enumerate(days.index):
        if day not in slots:
            continue
        before = every.loc[: day - pandas.Timedelta(days=1)]
        weights = rule.weights(before)
        if weights is None:
            refused += 1
            continue
        # The market stands at the close of the day before until its own close.
        marks = before.iloc[-1] if len(before) else days.iloc[place]
        prices = {symbol: Decimal(int(marks[symbol])) / UNIT for symbol in rule.universe}
        worth = cash + sum(held[symbol] * int(marks[symbol]) for symbol in rule.universe)
        value = (Decimal(worth) / UNIT).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
        trades = rule.trades(weights, held, prices, value, Decimal(cash) / UNIT)
        cost = 0
        for symbol, qty in trades.items():
            price = int(days.at[day, symbol])
            cost += qty * price + charged(abs(qty), price)
            held[symbol] += qty
        cash -= cost
        bought[day], spent[day] = trades, cost
        orders += len(trades)
    changes = pandas.DataFrame.from_dict(bought, orient="index", columns=rule.universe, dtype="float64")
    held_by_day = changes.reindex(days.index).fillna(0).cumsum().astype("int64")
    cash_by_day = DEPOSIT * UNIT - pandas.Series(spent, dtype="int64").reindex(days.index, fill_value=0).cumsum()
    worth_by_day = cash_by_day + (held_by_day * days).sum(axis=1)
    cents = worth_by_day.map(lambda units: (Decimal(int(units)) / UNIT).quantize(Decimal("0.01"), ROUND_HALF_EVEN))
    exact = cash_by_day.map(lambda units: Decimal(int(units)) / UNIT)
    return Course(pandas.DataFrame({"value": cents, "cash": exact}), len(slots), refused, orders)
