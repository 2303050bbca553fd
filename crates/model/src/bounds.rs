//! How far the model goes.

/// How often each misfortune may happen along one path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Keys that callers submit: 1 or 2. The second one needs an approval.
    pub intents: usize,
    /// Ends of a process: crashes and failed commits together.
    pub crashes: u8,
    /// Times that a process falls silent and lives.
    pub silences: u8,
    /// Connections cut between a living process and a living broker.
    pub cuts: u8,
    /// Restarts of the Gateway.
    pub restarts: u8,
    /// Whether a caller may want the first order canceled.
    pub cancel: bool,
    /// Whether a kill may come.
    pub kill: bool,
}

impl Bounds {
    /// A slice for every test run: seconds without optimisation.
    pub const SLICE: Self =
        Self { intents: 1, crashes: 1, silences: 1, cuts: 1, restarts: 0, cancel: false, kill: true };

    /// Two orders and three ends of a process, with nothing else: what the others build upon.
    const TWO: Self = Self { intents: 2, crashes: 3, silences: 0, cuts: 0, restarts: 0, cancel: false, kill: false };

    /// The exhaustive runs: minutes in all. Two orders meet three ends of a process and one further misfortune each; one
    /// order meets all of them together.
    pub const FULL: [Self; 6] = [
        Self { silences: 1, ..Self::TWO },
        Self { cuts: 1, ..Self::TWO },
        Self { restarts: 1, ..Self::TWO },
        Self { cancel: true, ..Self::TWO },
        Self { kill: true, ..Self::TWO },
        Self { intents: 1, crashes: 3, silences: 1, cuts: 1, restarts: 1, cancel: true, kill: true },
    ];
}
