//! The edge: a terminal, signals, requests and streams. Everything that is decided here is decided by the state.

use super::ask;
use super::feed;
use super::keys::{self, Effect};
use super::look::Look;
use super::screen::{self, Screen};
use super::sheets;
use super::state::State;
use super::told::{Ask, Deed, Now, Told};
use super::view;
use crate::args::Common;
use crate::client::{Client, Request};
use crate::config::Config;
use crate::failure::{Failure, UNAVAILABLE};
use crate::out::Said;
use crossterm::event::{Event, EventStream, KeyEventKind};
use futures::StreamExt;
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinError, JoinSet};

/// What was told and not worked in yet; then the streams wait, and a gateway cuts off whom it cannot tell.
const TOLD_MAX: usize = 1_024;
/// How often the screen is drawn when no key is pressed, and questions are asked.
const TICK: Duration = Duration::from_millis(250);
/// How often the status is asked for, of which no event tells everything.
const STATUS_EVERY: Duration = Duration::from_secs(2);
/// How often the broker is asked what the account is worth.
const ACCOUNT_EVERY: Duration = Duration::from_secs(10);
/// Deeds at a time.
const DOING_MAX: usize = 4;

/// Sends programs elsewhere.
///
/// # Errors
/// There is no terminal to draw on.
pub(crate) fn need_a_terminal(json: bool) -> Result<(), Failure> {
    let instead = "programs ask `tollgate status --json`, or follow `tollgate audit tail --follow --json`";
    if json {
        return Err(Failure::usage("top draws on a terminal and prints no JSON", instead));
    }
    for (name, is_terminal) in [("stdin", io::stdin().is_terminal()), ("stdout", io::stdout().is_terminal())] {
        if !is_terminal {
            return Err(Failure::usage(format!("top needs a terminal, and {name} is none"), instead));
        }
    }
    Ok(())
}

/// `tollgate top`, on a terminal.
///
/// # Errors
/// No gateway answers, or the key may not read; later: the key counts no more, or the terminal is gone.
pub(crate) async fn run(config: Config, client: Client, common: &Common) -> Result<Said, Failure> {
    // In plain words while there is no screen: no gateway, no key, no right to read.
    client.send(Request::get("/status")).await?;
    let config = common.url.is_none().then(|| Arc::new(config));
    let look = Look { colour: !std::env::var("NO_COLOR").is_ok_and(|set| !set.is_empty()) };
    let signals = Signals::listen()?;
    let screen = Screen::take().map_err(|error| unusable(&error))?;
    let mut top = Top::begin(client, config, look, screen)?;
    let ended = top.until_the_end(signals).await;
    let given_back = screen::give_back();
    ended?;
    given_back.map_err(|error| unusable(&error))?;
    Ok(Said::new(Value::Null, ""))
}

fn unusable(error: &io::Error) -> Failure {
    Failure::told(UNAVAILABLE, "internal", format!("the terminal cannot be used: {error}"), "`reset` puts it in order")
}

/// The signals that end it.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
    continued: Signal,
}

/// What a signal asks for.
enum Signaled {
    /// To end.
    End,
    /// To go on, on a terminal that somebody else has had.
    GoOn,
}

impl Signals {
    fn listen() -> Result<Self, Failure> {
        let of =
            |kind| signal(kind).map_err(|error| Failure::unavailable(format!("no signals: {error}"), "start again"));
        Ok(Self {
            interrupt: of(SignalKind::interrupt())?,
            terminate: of(SignalKind::terminate())?,
            hangup: of(SignalKind::hangup())?,
            continued: of(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?,
        })
    }

    async fn next(&mut self) -> Signaled {
        tokio::select! {
            _ = self.interrupt.recv() => Signaled::End,
            _ = self.terminate.recv() => Signaled::End,
            _ = self.hangup.recv() => Signaled::End,
            _ = self.continued.recv() => Signaled::GoOn,
        }
    }
}

/// What runs.
struct Top {
    client: Client,
    /// Of a gateway of this machine.
    config: Option<Arc<Config>>,
    look: Look,
    screen: Screen,
    state: State,
    began: Instant,
    tell: mpsc::Sender<Told>,
    told: mpsc::Receiver<Told>,
    rounds: mpsc::Sender<Vec<Ask>>,
    over: mpsc::Receiver<()>,
    asking: bool,
    watched: watch::Sender<BTreeSet<String>>,
    feeds: JoinSet<Result<(), Failure>>,
    deeds: JoinSet<()>,
    status_at: Duration,
    account_at: Duration,
}

/// What the loop woke up for.
enum Woken {
    Key(Option<io::Result<Event>>),
    Told(Option<Told>),
    RoundOver,
    Tick,
    FeedOver(Option<Result<Result<(), Failure>, JoinError>>),
    DeedOver(Result<(), JoinError>),
    Signal(Signaled),
}

impl Top {
    fn begin(client: Client, config: Option<Arc<Config>>, look: Look, screen: Screen) -> Result<Self, Failure> {
        let size = screen.terminal.size().map_err(|error| unusable(&error))?;
        let began = Instant::now();
        let now = Now { at: Timestamp::now(), up: Duration::ZERO };
        let (tell, told) = mpsc::channel(TOLD_MAX);
        let (rounds, to_answer) = mpsc::channel(1);
        let (is_over, over) = mpsc::channel(1);
        let (watched, wanted) = watch::channel(BTreeSet::new());
        let mut feeds = JoinSet::new();
        feeds.spawn(feed::events(client.clone(), tell.clone()));
        feeds.spawn(feed::quotes(client.clone(), wanted, tell.clone()));
        let (asker, answers) = (client.clone(), tell.clone());
        feeds.spawn(async move {
            ask::answer_rounds(asker, to_answer, answers, is_over).await;
            Ok(())
        });
        let mut state = State::new((size.width, size.height), now);
        state.kill_file = config.as_ref().map(|config| config.kill_file().display().to_string());
        Ok(Self {
            client,
            config,
            look,
            screen,
            state,
            began,
            tell,
            told,
            rounds,
            over,
            asking: false,
            watched,
            feeds,
            deeds: JoinSet::new(),
            status_at: Duration::ZERO,
            account_at: Duration::ZERO,
        })
    }

    fn now(&self) -> Now {
        Now { at: Timestamp::now(), up: self.began.elapsed() }
    }

    async fn until_the_end(&mut self, mut signals: Signals) -> Result<(), Failure> {
        let mut keys = EventStream::new();
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        self.draw()?;
        loop {
            let woken = tokio::select! {
                biased;
                signal = signals.next() => Woken::Signal(signal),
                key = keys.next() => Woken::Key(key),
                over = self.feeds.join_next() => Woken::FeedOver(over),
                Some(over) = self.deeds.join_next() => Woken::DeedOver(over),
                _ = ticks.tick() => Woken::Tick,
                Some(()) = self.over.recv() => Woken::RoundOver,
                told = self.told.recv() => Woken::Told(told),
            };
            match woken {
                Woken::Signal(Signaled::End) | Woken::Key(None) => return Ok(()),
                Woken::Signal(Signaled::GoOn) => {
                    self.screen.again().map_err(|error| unusable(&error))?;
                    self.draw()?;
                }
                Woken::Key(Some(event)) => {
                    if self.pressed(&event.map_err(|error| unusable(&error))?)? {
                        return Ok(());
                    }
                }
                Woken::FeedOver(over) => over.map_or(Ok(Ok(())), |over| over).map_err(|error| broken(&error))??,
                Woken::DeedOver(over) => over.map_err(|error| broken(&error))?,
                Woken::Tick => self.tick()?,
                Woken::RoundOver => self.asking = false,
                Woken::Told(told) => {
                    let now = self.now();
                    if let Some(told) = told {
                        self.state.apply(told, now);
                    }
                }
            }
        }
    }

    /// Asks what is due and draws.
    fn tick(&mut self) -> Result<(), Failure> {
        let now = self.now();
        if now.up >= self.status_at {
            let account = now.up >= self.account_at;
            self.state.ask_again(account, now);
            self.status_at = now.up.saturating_add(STATUS_EVERY);
            if account {
                self.account_at = now.up.saturating_add(ACCOUNT_EVERY);
            }
        }
        if !self.asking && self.state.has_questions() {
            let round = self.state.questions();
            if !round.is_empty() && self.rounds.try_send(round).is_ok() {
                self.asking = true;
            }
        }
        let wanted = self.state.watched();
        self.watched.send_if_modified(|watched| {
            // A contract that is wanted no more ends no stream; a new one needs another.
            let is_new = !wanted.is_subset(watched);
            if is_new {
                *watched = wanted;
            }
            is_new
        });
        sheets::note_what_was_seen(&mut self.state, now);
        self.draw()
    }

    /// One event of the terminal; whether it is the last.
    fn pressed(&mut self, event: &Event) -> Result<bool, Failure> {
        let now = self.now();
        match event {
            Event::Key(key) if key.kind == KeyEventKind::Press => {
                let action = keys::action(*key, self.state.ui.sheet.as_ref());
                match action.and_then(|action| keys::act(&mut self.state, action, now)) {
                    Some(Effect::Quit) => return Ok(true),
                    Some(Effect::Redraw) => self.screen.forget().map_err(|error| unusable(&error))?,
                    Some(Effect::Do(deed)) => self.perform(deed),
                    None => {}
                }
            }
            Event::Resize(width, height) => {
                self.state.ui.size = (*width, *height);
                sheets::note_what_was_seen(&mut self.state, now);
            }
            // What is pasted is no key: it could kill.
            Event::Key(_) | Event::Paste(_) | Event::Mouse(_) | Event::FocusGained | Event::FocusLost => {
                return Ok(false);
            }
        }
        self.draw()?;
        Ok(false)
    }

    fn perform(&mut self, deed: Deed) {
        // A kill never waits for another deed.
        if self.deeds.len() >= DOING_MAX && deed != Deed::Kill {
            self.state.apply(Told::Done(deed, Err("others are under way: wait for them".to_owned())), self.now());
            return;
        }
        self.deeds.spawn(ask::perform(self.client.clone(), self.config.clone(), deed, self.tell.clone()));
    }

    fn draw(&mut self) -> Result<(), Failure> {
        let now = self.now();
        let (state, look) = (&mut self.state, self.look);
        state.settle();
        let drawn = self.screen.terminal.draw(|frame| {
            let area = frame.area();
            state.ui.size = (area.width, area.height);
            view::draw(state, now, look, frame.buffer_mut());
        });
        drawn.map(|_| ()).map_err(|error| unusable(&error))
    }
}

fn broken(error: &JoinError) -> Failure {
    Failure::told(
        UNAVAILABLE,
        "internal",
        format!("a part of top broke ({error})"),
        "please report it, with what stands above",
    )
}
