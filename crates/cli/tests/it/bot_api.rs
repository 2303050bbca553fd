//! A server that speaks Telegram's Bot API, as far as a bot of ours asks: `sendMessage` and `getUpdates` with long polling, by
//! <https://core.telegram.org/bots/api>.

use crate::support::PATIENCE;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

pub(crate) const TOKEN: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";

#[derive(Default)]
struct State {
    messages: Vec<(i64, String)>,
    updates: VecDeque<Value>,
    newest: i64,
    /// What the next calls of `sendMessage` are answered.
    refusals: VecDeque<(u16, Value)>,
    /// Whether every call of `sendMessage` is refused.
    is_down: bool,
    wrong: Vec<String>,
}

/// The server, and what it was told.
pub(crate) struct BotApi {
    pub(crate) url: String,
    state: Arc<(Mutex<State>, Condvar)>,
}

impl BotApi {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state: Arc<(Mutex<State>, Condvar)> = Arc::default();
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || while exchange(&stream, &shared).is_some() {});
            }
        });
        Self { url, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.0.lock().unwrap()
    }

    /// Somebody writes to the bot.
    pub(crate) fn write(&self, chat: i64, text: &str) {
        self.push(chat, &json!({"text": text}));
    }

    /// Somebody passes on what somebody else has written.
    pub(crate) fn forward(&self, chat: i64, text: &str) {
        let origin = json!({"type": "hidden_user", "sender_user_name": "Mallory", "date": 0});
        self.push(chat, &json!({"text": text, "forward_origin": origin}));
    }

    /// Numbers of updates go on from here, as they do anywhere behind a week of silence.
    pub(crate) fn count_from(&self, newest: i64) {
        self.state().newest = newest;
    }

    fn push(&self, chat: i64, more: &Value) {
        let mut state = self.state();
        state.newest += 1;
        let mut message = json!({
            "message_id": state.newest, "date": 0, "chat": {"id": chat, "type": "private"},
            "from": {"id": 77, "is_bot": false, "first_name": "Eve", "username": "eve"},
        });
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let update = json!({"update_id": state.newest, "message": message});
        state.updates.push_back(update);
        drop(state);
        self.state.1.notify_all();
    }

    /// Refuses every message from now on, or takes them again.
    pub(crate) fn down(&self, is_down: bool) {
        self.state().is_down = is_down;
    }

    /// Refuses the next message.
    pub(crate) fn refuse(&self, status: u16, answer: Value) {
        self.state().refusals.push_back((status, answer));
    }

    /// Waits until a chat was told something that has these words in it, and gives it.
    pub(crate) fn told(&self, chat: i64, words: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut state = self.state();
        loop {
            assert_eq!(state.wrong, Vec::<String>::new());
            let found = state.messages.iter().find(|(to, text)| *to == chat && text.contains(words));
            if let Some((_, text)) = found {
                return text.clone();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "nobody told {chat} {words:?}; told: {:#?}", state.messages);
            state = self.state.1.wait_timeout(state, left).unwrap().0;
        }
    }

    /// Everything that a chat was told.
    pub(crate) fn all(&self, chat: i64) -> Vec<String> {
        self.state().messages.iter().filter(|(to, _)| *to == chat).map(|(_, text)| text.clone()).collect()
    }

    /// Waits until the bot has heard everything, and confirmed it.
    pub(crate) fn heard(&self) {
        let deadline = Instant::now() + PATIENCE;
        let mut state = self.state();
        while !state.updates.is_empty() {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "the bot has not heard {:#?}", state.updates);
            state = self.state.1.wait_timeout(state, left).unwrap().0;
        }
    }
}

fn exchange(stream: &TcpStream, shared: &(Mutex<State>, Condvar)) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        reader.read_line(&mut head).ok().filter(|read| *read > 0)?;
    }
    let length =
        head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let path = head.split_whitespace().nth(1)?.to_owned();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let (status, answer) = match path.strip_prefix(&format!("/bot{TOKEN}/")) {
        Some("sendMessage") => send_message(&body, shared),
        Some("getUpdates") => get_updates(&body, shared),
        Some(_) => (404, json!({"ok": false, "error_code": 404, "description": "Not Found"})),
        None => (401, json!({"ok": false, "error_code": 401, "description": "Unauthorized"})),
    };
    let answer = answer.to_string();
    let head =
        format!("HTTP/1.1 {status} -\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", answer.len());
    let mut writer = stream;
    writer.write_all(head.as_bytes()).ok()?;
    writer.write_all(answer.as_bytes()).ok()
}

fn send_message(body: &Value, shared: &(Mutex<State>, Condvar)) -> (u16, Value) {
    let mut state = shared.0.lock().unwrap();
    let (Some(chat), Some(text)) = (body["chat_id"].as_i64(), body["text"].as_str()) else {
        state.wrong.push(body.to_string());
        return (400, json!({"ok": false, "error_code": 400, "description": "Bad Request: message text is empty"}));
    };
    if text.is_empty() || text.encode_utf16().count() > 4_096 {
        state.wrong.push(text.to_owned());
        return (400, json!({"ok": false, "error_code": 400, "description": "Bad Request: message is too long"}));
    }
    if state.is_down {
        return (502, json!({"ok": false, "error_code": 502, "description": "Bad Gateway"}));
    }
    if let Some(refusal) = state.refusals.pop_front() {
        return refusal;
    }
    state.messages.push((chat, text.to_owned()));
    shared.1.notify_all();
    (
        200,
        json!({"ok": true, "result": {"message_id": state.messages.len(), "date": 0, "chat": {"id": chat}, "text": text}}),
    )
}

fn get_updates(body: &Value, shared: &(Mutex<State>, Condvar)) -> (u16, Value) {
    let offset = body["offset"].as_i64().unwrap_or(0);
    let timeout = Duration::from_secs(body["timeout"].as_u64().unwrap_or(0));
    let deadline = Instant::now() + timeout;
    let mut state = shared.0.lock().unwrap();
    // What is below the offset is confirmed, and never told again.
    state.updates.retain(|update| update["update_id"].as_i64().unwrap() >= offset);
    shared.1.notify_all();
    let is_new = |update: &&Value| update["update_id"].as_i64().unwrap() >= offset;
    while state.updates.iter().filter(is_new).count() == 0 {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        state = shared.1.wait_timeout(state, left).unwrap().0;
    }
    let limit = usize::try_from(body["limit"].as_u64().unwrap_or(100)).unwrap();
    let updates: Vec<Value> = state.updates.iter().filter(is_new).take(limit).cloned().collect();
    (200, json!({"ok": true, "result": updates}))
}
