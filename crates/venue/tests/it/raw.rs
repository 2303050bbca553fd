//! The client's side of the protobuf wire, written from its field numbers: requests as bytes, replies
//! as fields. It shares nothing with the venue's codec.
#![allow(dead_code, reason = "shared by the scenarios and the benchmark of the socket, which need different parts")]

/// A protobuf body, or a whole request.
#[derive(Clone, Default)]
pub(crate) struct Body(Vec<u8>);

impl Body {
    fn varint(&mut self, mut value: u64) {
        loop {
            let low = (value & 0x7f) as u8;
            value >>= 7;
            if value == 0 {
                return self.0.push(low);
            }
            self.0.push(low | 0x80);
        }
    }

    fn bytes(mut self, field: u32, bytes: &[u8]) -> Self {
        self.varint(u64::from(field) << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    pub(crate) fn int(mut self, field: u32, value: i64) -> Self {
        self.varint(u64::from(field) << 3);
        self.varint(value.cast_unsigned());
        self
    }

    pub(crate) fn text(self, field: u32, value: &str) -> Self {
        self.bytes(field, value.as_bytes())
    }

    pub(crate) fn double(mut self, field: u32, value: f64) -> Self {
        self.varint(u64::from(field) << 3 | 1);
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    pub(crate) fn message(self, field: u32, value: &Self) -> Self {
        self.bytes(field, &value.0)
    }

    /// The body framed under a message id.
    pub(crate) fn framed(&self, msg_id: i32) -> Vec<u8> {
        let len = u32::try_from(self.0.len() + 4).unwrap_or(u32::MAX);
        let mut out = len.to_be_bytes().to_vec();
        out.extend_from_slice(&(msg_id + 200).to_be_bytes());
        out.extend_from_slice(&self.0);
        out
    }
}

/// `API\0` and a version range.
pub(crate) fn hello() -> Vec<u8> {
    let range = b"v213..226";
    let mut out = b"API\0".to_vec();
    out.extend_from_slice(&u32::try_from(range.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(range);
    out
}

pub(crate) fn start_api(client_id: i32) -> Vec<u8> {
    Body::default().int(1, i64::from(client_id)).framed(71)
}

pub(crate) fn stock(symbol: &str) -> Body {
    Body::default().text(2, symbol).text(3, "STK").text(8, "SMART").text(10, "USD")
}

/// A limit order for one share at `limit`, to be changed by further fields: the last of a number holds.
pub(crate) fn limit_order(action: &str, quantity: &str, limit: f64, order_ref: &str) -> Body {
    Body::default()
        .text(5, action)
        .text(6, quantity)
        .text(8, "LMT")
        .double(9, limit)
        .text(11, "DAY")
        .text(28, order_ref)
        .int(66, 1)
}

pub(crate) fn market_order(action: &str, quantity: &str, order_ref: &str) -> Body {
    Body::default().text(5, action).text(6, quantity).text(8, "MKT").text(11, "DAY").text(28, order_ref).int(66, 1)
}

pub(crate) fn place(order_id: i32, symbol: &str, order: &Body) -> Vec<u8> {
    Body::default().int(1, i64::from(order_id)).message(2, &stock(symbol)).message(3, order).framed(3)
}

pub(crate) fn cancel(order_id: i32) -> Vec<u8> {
    Body::default().int(1, i64::from(order_id)).framed(4)
}

/// A request that is nothing but its id.
pub(crate) fn bare(msg_id: i32) -> Vec<u8> {
    Body::default().framed(msg_id)
}

/// A request that is nothing but a request id.
pub(crate) fn of_req_id(msg_id: i32, req_id: i32) -> Vec<u8> {
    Body::default().int(1, i64::from(req_id)).framed(msg_id)
}

/// A request of a request id and a contract.
pub(crate) fn about(msg_id: i32, req_id: i32, symbol: &str) -> Vec<u8> {
    Body::default().int(1, i64::from(req_id)).message(2, &stock(symbol)).framed(msg_id)
}

/// A reply: its message id and its body.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) msg_id: i32,
    pub(crate) body: Vec<u8>,
}

/// One field of a body.
enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// The last field of a number in a body.
fn find(mut body: &[u8], wanted: u32) -> Option<Field<'_>> {
    let mut found = None;
    while !body.is_empty() {
        let tag = varint(&mut body)?;
        let field = match tag & 7 {
            0 => Field::Number(varint(&mut body)?),
            1 => {
                let (bytes, rest) = body.split_first_chunk::<8>()?;
                body = rest;
                Field::Number(u64::from_le_bytes(*bytes))
            }
            2 => {
                let len = usize::try_from(varint(&mut body)?).ok()?;
                let (bytes, rest) = body.split_at_checked(len)?;
                body = rest;
                Field::Bytes(bytes)
            }
            _ => return None,
        };
        if tag >> 3 == u64::from(wanted) {
            found = Some(field);
        }
    }
    found
}

impl Frame {
    /// Takes the first whole frame off the front of what was read.
    pub(crate) fn take(buffer: &mut Vec<u8>) -> Option<Self> {
        let (frame, len) = Self::first(buffer)?;
        buffer.drain(..len);
        Some(frame)
    }

    /// Takes all whole frames off the front of what was read.
    pub(crate) fn take_all(buffer: &mut Vec<u8>) -> Vec<Self> {
        let mut frames = Vec::new();
        let mut taken = 0;
        while let Some((frame, len)) = Self::first(&buffer[taken..]) {
            frames.push(frame);
            taken += len;
        }
        buffer.drain(..taken);
        frames
    }

    /// The first whole frame and its length.
    fn first(bytes: &[u8]) -> Option<(Self, usize)> {
        let len = 4 + usize::try_from(u32::from_be_bytes(*bytes.first_chunk()?)).ok()?;
        let (id, body) = bytes.get(4..len)?.split_first_chunk::<4>()?;
        Some((Self { msg_id: i32::from_be_bytes(*id) - 200, body: body.to_vec() }, len))
    }

    fn at(&self, path: &[u32]) -> Option<Field<'_>> {
        let (last, way) = path.split_last()?;
        let mut body = &self.body[..];
        for field in way {
            match find(body, *field)? {
                Field::Bytes(bytes) => body = bytes,
                Field::Number(_) => return None,
            }
        }
        find(body, *last)
    }

    /// An integer down a path of fields; 0 if it is not there.
    pub(crate) fn int(&self, path: &[u32]) -> i64 {
        match self.at(path) {
            Some(Field::Number(number)) => number.cast_signed(),
            Some(Field::Bytes(_)) | None => 0,
        }
    }

    /// A double down a path of fields.
    pub(crate) fn double(&self, path: &[u32]) -> f64 {
        f64::from_bits(self.int(path).cast_unsigned())
    }

    /// A text down a path of fields; empty if it is not there.
    pub(crate) fn text(&self, path: &[u32]) -> String {
        match self.at(path) {
            Some(Field::Bytes(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
            Some(Field::Number(_)) | None => String::new(),
        }
    }

    /// What it says about orders, in short; other messages by their number.
    pub(crate) fn word(&self) -> String {
        match self.msg_id {
            3 => format!("status {} {}", self.int(&[1]), self.text(&[2])),
            4 => format!("error {} {}", self.int(&[1]), self.int(&[3])),
            5 => format!("open {} {}", self.int(&[1]), self.text(&[4, 1])),
            9 => format!("next {}", self.int(&[1])),
            11 => format!("execution {}", self.int(&[3, 1])),
            53 => "open orders end".to_owned(),
            55 => "executions end".to_owned(),
            59 => "commission".to_owned(),
            101 => format!("completed {}", self.text(&[2, 28])),
            102 => "completed orders end".to_owned(),
            id => format!("message {id}"),
        }
    }
}
