//! What is asked of the torture, from the environment.

use crate::failure::Failure;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::path::PathBuf;
use std::time::Duration;

/// One torture.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// How long callers call.
    pub(crate) length: Duration,
    /// Where every choice comes from.
    pub(crate) seed: u64,
    /// Requests a second, of all callers together.
    pub(crate) rate: u32,
    /// How many call.
    pub(crate) callers: u32,
    /// The binary under torture.
    pub(crate) binary: PathBuf,
    /// Everything lies below it: configuration, journal, the venue's state, logs.
    pub(crate) dir: PathBuf,
    /// Whether a second gateway stands by on the same data directory.
    pub(crate) standby: bool,
    /// How long it is between two quiet points.
    pub(crate) quiet_every: Duration,
}

impl Plan {
    /// `MINUTES`, `SEED`, `RATE`, `CALLERS`, `STANDBY` (0 or 1), `TOLLGATE_BINARY`, `TORTURE_DIR`.
    pub(crate) fn from_environment() -> Result<Self, Failure> {
        let minutes: u32 = number("MINUTES", 10)?;
        let seed: u64 = number("SEED", 1)?;
        let dir = std::env::var_os("TORTURE_DIR").map_or_else(
            || std::env::temp_dir().join(format!("tollgate-torture-{}", std::process::id())),
            PathBuf::from,
        );
        Ok(Self {
            length: Duration::from_secs(60 * u64::from(minutes)),
            seed,
            rate: number("RATE", 10)?,
            callers: number("CALLERS", 8)?,
            binary: binary()?,
            dir,
            standby: number("STANDBY", 0)? != 0,
            quiet_every: Duration::from_secs(number("QUIET_EVERY_S", 100)?),
        })
    }

    /// The randomness of one part: parts never take from each other's.
    pub(crate) fn randomness(&self, part: u64) -> ChaCha8Rng {
        let mut randomness = ChaCha8Rng::seed_from_u64(self.seed);
        randomness.set_stream(part);
        randomness
    }
}

fn number<T: std::str::FromStr>(name: &str, default: T) -> Result<T, Failure>
where
    T::Err: std::fmt::Display,
{
    match std::env::var(name) {
        Ok(text) if !text.is_empty() => text.parse().map_err(|error| format!("{name}={text}: {error}").into()),
        Ok(_) | Err(_) => Ok(default),
    }
}

/// The binary that was built with this program, unless another is named.
fn binary() -> Result<PathBuf, Failure> {
    if let Some(path) = std::env::var_os("TOLLGATE_BINARY") {
        return Ok(path.into());
    }
    let own = std::env::current_exe()?;
    let profile = own.parent().and_then(|examples| examples.parent()).ok_or("this program lies in no directory")?;
    let binary = profile.join("tollgate");
    if binary.exists() { Ok(binary) } else { Err(format!("{} is not built", binary.display()).into()) }
}
