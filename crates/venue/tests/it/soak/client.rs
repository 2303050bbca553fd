//! A client on a socket: greeting, questions, and everything heard up to a point.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::Failure;
use super::ask::{Ask, Event};
use super::{protobuf, text};

/// Longest wait for anything that must come.
const PATIENCE: Duration = Duration::from_mins(1);
const PIECE: usize = 64 << 10;

pub(crate) struct Client {
    socket: TcpStream,
    version: i32,
    heard: Vec<u8>,
}

impl Client {
    /// Connects and begins a session; returns what was said up to its beginning as well.
    pub(crate) fn connect(addr: SocketAddr, client_id: i32, version: i32) -> Result<(Self, Vec<Event>), Failure> {
        let mut socket = TcpStream::connect(addr)?;
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_write_timeout(Some(PATIENCE))?;
        socket.write_all(b"API\0")?;
        let mut client = Self { socket, version, heard: Vec::new() };
        client.write(format!("v{version}..{version}").as_bytes())?;
        let ack = client.frame()?;
        if !ack.starts_with(format!("{version}\0").as_bytes()) {
            return Err(format!("asked for version {version}, got {:?}", String::from_utf8_lossy(&ack)).into());
        }
        let start = if client.is_protobuf() { protobuf::start_api(client_id) } else { text::start_api(client_id) };
        client.write(&start)?;
        let events = client.settle()?;
        Ok((client, events))
    }

    fn is_protobuf(&self) -> bool {
        self.version > 200
    }

    pub(crate) fn say(&mut self, ask: &Ask) -> Result<(), Failure> {
        let body = if self.is_protobuf() { protobuf::encode(ask) } else { text::encode(self.version, ask) };
        self.write(&body)
    }

    /// Everything heard until the venue has answered all that was said.
    pub(crate) fn settle(&mut self) -> Result<Vec<Event>, Failure> {
        self.say(&Ask::CurrentTime)?;
        let mut events = Vec::new();
        loop {
            let frame = self.frame()?;
            let event = if self.is_protobuf() { protobuf::decode(&frame) } else { text::decode(self.version, &frame) };
            match event.map_err(|e| format!("{e} in {:?}", String::from_utf8_lossy(&frame)))? {
                Event::Time => return Ok(events),
                // Prices and account values: heard, and nothing to be kept.
                Event::Other(_) => {}
                event @ (Event::Status { .. }
                | Event::Trade(_)
                | Event::Fee(_)
                | Event::Notice { .. }
                | Event::NextId(_)) => events.push(event),
            }
        }
    }

    fn write(&mut self, body: &[u8]) -> Result<(), Failure> {
        let len = u32::try_from(body.len())?.to_be_bytes();
        self.socket.write_all(&[&len, body].concat())?;
        Ok(())
    }

    fn frame(&mut self) -> Result<Vec<u8>, Failure> {
        loop {
            if let Some((len, rest)) = self.heard.split_first_chunk::<4>() {
                let len = u32::from_be_bytes(*len) as usize;
                if let Some(body) = rest.get(..len) {
                    let body = body.to_vec();
                    self.heard.drain(..4 + len);
                    return Ok(body);
                }
            }
            let mut piece = vec![0; PIECE];
            let len = self.socket.read(&mut piece)?;
            if len == 0 {
                return Err("the venue closed the connection".into());
            }
            self.heard.extend_from_slice(&piece[..len]);
        }
    }
}
