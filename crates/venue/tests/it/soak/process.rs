//! The venue, in a process of its own.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use jiff::civil::Date;
use venue::{ClockMode, Sessions, VenueConfig};

use super::Failure;

/// Environment that makes a process the venue: seed, accounts, first day.
const BE: &str = "TOLLGATE_SOAK_VENUE";

/// Becomes the venue for as long as the process lives, if the environment says so.
pub(crate) fn be_the_venue() -> Result<bool, Failure> {
    let Ok(settings) = std::env::var(BE) else {
        return Ok(false);
    };
    let mut words = settings.split(' ');
    let mut next = || words.next().ok_or("too few settings");
    let (seed, accounts, start): (u64, u32, Date) = (next()?.parse()?, next()?.parse()?, next()?.parse()?);
    let config = VenueConfig {
        clock: ClockMode::Stepped,
        start: Some(start),
        seed,
        accounts,
        sessions: Sessions::Exchange,
        throttle: false,
        ..VenueConfig::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let venue = venue::start(config).await?;
        let mut out = std::io::stdout();
        writeln!(out, "\nlistening {} {}", venue.tws_addr(), venue.control_addr())?;
        out.flush()?;
        venue.wait().await?;
        Ok(true)
    })
}

/// Killed when it goes out of scope.
pub(crate) struct VenueProcess {
    child: Child,
    pub(crate) tws: SocketAddr,
    pub(crate) control: SocketAddr,
}

impl VenueProcess {
    /// Starts this program again, with `args`, as the venue.
    pub(crate) fn start(args: &[&str], seed: u64, accounts: u32, start: Date) -> Result<Self, Failure> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(args)
            .env(BE, format!("{seed} {accounts} {start}"))
            // What is freed goes back at once: resident memory is then what the venue holds, not what its
            // allocator keeps in reserve, which swings by tens of megabytes.
            .env("MIMALLOC_PURGE_DELAY", "0")
            .stdout(Stdio::piped())
            .spawn()?;
        let out = child.stdout.take().ok_or("no output of the venue")?;
        let mut process = Self { child, tws: ([127, 0, 0, 1], 0).into(), control: ([127, 0, 0, 1], 0).into() };
        let listening = BufReader::new(out)
            .lines()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("listening ").map(str::to_owned))
            .ok_or("the venue did not start")?;
        let (tws, control) = listening.split_once(' ').ok_or("two addresses")?;
        (process.tws, process.control) = (tws.parse()?, control.parse()?);
        Ok(process)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for VenueProcess {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
