//! Starting and stopping a venue: its two ports, its core, its clock.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::archive::Archive;
use crate::config::{ClockMode, ConfigError, VenueConfig};
use crate::control;
use crate::controls::Controls;
use crate::core::{ConnId, Core, CoreConfig, CoreError};
use crate::market::Sessions;
use crate::server_clock::Clock;
use crate::server_core::{COMMANDS_MAX, Command, CoreTask, Keeping};
use crate::server_faults;
use crate::server_gate::Gate;
use crate::server_wire::Wire;
use crate::session::{self, SessionParts};
use crate::state::{Identity, StateDir, StateError};

/// Version of the changes written to a state directory.
const STATE_FORMAT: u32 = 2;

/// Why a venue did not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum VenueError {
    /// A setting that cannot be.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A port could not be bound.
    #[error("cannot listen on {addr}: {source}")]
    Bind {
        /// Address.
        addr: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The state directory cannot be used, or not any more.
    #[error(transparent)]
    State(#[from] StateError),
    /// The core refused its settings or its remembered changes.
    #[error(transparent)]
    Core(#[from] CoreError),
    /// The start date cannot be a time.
    #[error("the start date is out of range: {0}")]
    Start(#[from] jiff::Error),
    /// The system refused a thread.
    #[error("cannot start the core's thread: {0}")]
    Thread(std::io::Error),
    /// The core's thread panicked.
    #[error("the core failed")]
    CoreFailed,
}

/// A running venue. Dropping it stops it at once.
///
/// There is no orderly shutdown to lose: what was told to anybody is on disk already.
#[derive(Debug)]
pub struct Venue {
    tws_addr: SocketAddr,
    control_addr: SocketAddr,
    commands: mpsc::WeakSender<Command>,
    stop: CancellationToken,
    core: Option<JoinHandle<Result<(), VenueError>>>,
}

impl Venue {
    /// Where TWS clients connect.
    pub fn tws_addr(&self) -> SocketAddr {
        self.tws_addr
    }

    /// Where the control API is.
    pub fn control_addr(&self) -> SocketAddr {
        self.control_addr
    }

    /// The control API for whoever runs the venue in his own process. They answer nothing once it has stopped.
    pub fn controls(&self) -> Controls {
        Controls::new(self.commands.clone())
    }

    /// Waits until the venue stops by itself, which it does only when it can no longer keep its state.
    pub async fn wait(mut self) -> Result<(), VenueError> {
        join(self.core.take()).await
    }

    /// Stops it, and waits until its ports and its state directory are free again.
    pub async fn shutdown(mut self) -> Result<(), VenueError> {
        self.stop.cancel();
        join(self.core.take()).await
    }
}

impl Drop for Venue {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn join(core: Option<JoinHandle<Result<(), VenueError>>>) -> Result<(), VenueError> {
    match core {
        None => Ok(()),
        Some(handle) => handle.await.unwrap_or(Err(VenueError::CoreFailed)),
    }
}

/// Starts a venue. Needs a tokio runtime.
///
/// # Errors
/// See [`VenueError`]. Nothing keeps running after an error.
pub async fn start(config: VenueConfig) -> Result<Venue, VenueError> {
    config.check()?;
    let gate = Gate::default();
    let (task, clients) = (open_core(&config, &gate)?, bind(config.tws_port).await?);
    let control = bind(config.control_port).await?;
    let (tws_addr, control_addr) = (clients.1, control.1);
    let stop = CancellationToken::new();
    let (commands, received) = mpsc::channel(COMMANDS_MAX);

    let accept = tokio::spawn(accept(
        clients.0,
        config.connections_max,
        SessionParts {
            commands: commands.clone(),
            throttle: config.throttle,
            handshake_deadline: config.handshake_deadline,
            gate: gate.clone(),
            stop: stop.clone(),
        },
    ));
    let control = tokio::spawn(serve_control(control, commands.clone(), stop.clone()));
    if let Some(period) = tick_period(&config) {
        tokio::spawn(tick(period, commands.clone(), stop.clone()));
    }
    // Each holder of `commands` ends with `stop`; the core ends with the last of them.
    let weak = commands.downgrade();
    drop(commands);

    let core = tokio::task::spawn_blocking(move || task.run(received));
    let watch = stop.clone();
    let core = tokio::spawn(async move {
        let result = core.await.map_err(|_| VenueError::CoreFailed);
        watch.cancel();
        // The ports are free only once their listeners are gone.
        for task in [accept, control] {
            if let Err(e) = task.await {
                tracing::error!(error = %e, "a task of the venue failed");
            }
        }
        result?.map_err(VenueError::State)
    });
    Ok(Venue { tws_addr, control_addr, commands: weak, stop, core: Some(core) })
}

fn open_core(config: &VenueConfig, gate: &Gate) -> Result<CoreTask, VenueError> {
    let core_config = core_config(config);
    let Some(dir) = &config.state_dir else {
        let mut clock = Clock::new(config, None)?;
        let core = Core::new(core_config, clock.now())?;
        let wire = wire(config, &core, &mut clock, gate)?;
        let kept = Keeping { state: None, archive: Archive::Memory(Vec::new()), compact_len: u64::MAX };
        return Ok(CoreTask::new(core, clock, kept, wire));
    };
    let identity =
        Identity { format: STATE_FORMAT, seed: config.seed, accounts: config.accounts, live_like: config.live_like };
    let (state, remembered) = StateDir::open(dir, &identity)?;
    let mut clock = Clock::new(config, remembered.reached)?;
    let archive = Archive::open(dir, remembered.ledger_len)?;
    let changes = remembered.changes.into_iter();
    let core = match remembered.snapshot {
        None => Core::restore(core_config, changes, clock.now())?,
        Some(snapshot) => Core::restore_from(core_config, snapshot, changes, clock.now())?,
    };
    let wire = wire(config, &core, &mut clock, gate)?;
    let kept = Keeping { state: Some(state), archive, compact_len: config.compact_len };
    Ok(CoreTask::new(core, clock, kept, wire))
}

/// The faults of the script, and what is set off at once.
fn wire(config: &VenueConfig, core: &Core, clock: &mut Clock, gate: &Gate) -> Result<Wire, VenueError> {
    let script = config.faults.clone().unwrap_or_default();
    for spec in &script.faults {
        server_faults::check(core, &spec.fault)?;
    }
    Ok(Wire::new(&script, config.seed, clock.now(), gate.clone()))
}

fn core_config(config: &VenueConfig) -> CoreConfig {
    CoreConfig {
        seed: config.seed,
        accounts: config.accounts,
        always: match config.sessions {
            Sessions::Always => true,
            Sessions::Exchange => false,
        },
        intraday: config.intraday,
        live_like: config.live_like,
        commissions: config.commissions,
        data: config.data,
        pacing: config.throttle,
    }
}

async fn bind(port: u16) -> Result<(TcpListener, SocketAddr), VenueError> {
    let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let failed = |source| VenueError::Bind { addr, source };
    let listener = TcpListener::bind(addr).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

async fn accept(listener: TcpListener, connections_max: usize, parts: SessionParts) {
    let room = std::sync::Arc::new(Semaphore::new(connections_max));
    let mut next_conn = 1;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = parts.stop.cancelled() => return,
        };
        let socket = match accepted {
            Ok((socket, _)) => socket,
            Err(e) => {
                // Out of file descriptors, as a rule: others may close some.
                tracing::warn!(error = %e, "cannot accept a connection");
                // tidy: sleep — the system has nothing to wait on; trying at once would only spin
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Ok(permit) = std::sync::Arc::clone(&room).try_acquire_owned() else {
            tracing::warn!("too many connections, closing one");
            continue;
        };
        if let Err(e) = socket.set_nodelay(true) {
            tracing::debug!(error = %e, "cannot switch off Nagle's algorithm");
        }
        let conn = ConnId(next_conn);
        next_conn += 1;
        let parts = parts.clone();
        tokio::spawn(async move {
            session::serve(socket, conn, parts).await;
            drop(permit);
        });
    }
}

async fn serve_control(
    (listener, addr): (TcpListener, SocketAddr),
    commands: mpsc::Sender<Command>,
    stop: CancellationToken,
) {
    let served = axum::serve(listener, control::router(commands, addr.port()))
        .with_graceful_shutdown(stop.clone().cancelled_owned())
        .into_future();
    tokio::pin!(served);
    let result = tokio::select! {
        result = &mut served => result,
        // Clients that keep their connection open are not waited for long.
        () = stop.cancelled() => timeout(Duration::from_secs(1), served).await.unwrap_or(Ok(())),
    };
    if let Err(e) = result {
        tracing::error!(error = %e, "the control API failed");
    }
}

/// How often to tick in real time; `None` for a clock that is moved by hand.
fn tick_period(config: &VenueConfig) -> Option<Duration> {
    match config.clock {
        ClockMode::Stepped => None,
        ClockMode::Real => Some(config.tick),
        ClockMode::Speed(speed) => Some((config.tick / speed).max(Duration::from_millis(10))),
    }
}

async fn tick(period: Duration, commands: mpsc::Sender<Command>, stop: CancellationToken) {
    let mut interval = tokio::time::interval(period);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = interval.tick() => {}
            () = stop.cancelled() => return,
        }
        tokio::select! {
            sent = commands.send(Command::Tick) => if sent.is_err() { return },
            () = stop.cancelled() => return,
        }
    }
}
