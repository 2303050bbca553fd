//! A caller with one connection that says no more than it must: a client library's own work is not the face's.

use crate::Target;
use crate::process::Trouble;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

pub(crate) struct Caller {
    stream: BufReader<TcpStream>,
    addr: String,
    key: String,
}

impl Caller {
    pub(crate) async fn at(target: &Target) -> Result<Self, Trouble> {
        let stream = TcpStream::connect(&target.addr).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), addr: target.addr.clone(), key: target.key.clone() })
    }

    /// Status and body.
    pub(crate) async fn post(&mut self, path: &str, idempotency: &str, body: &str) -> Result<(u16, String), Trouble> {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nIdempotency-Key: {idempotency}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.addr,
            self.key,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        self.answer().await
    }

    async fn answer(&mut self) -> Result<(u16, String), Trouble> {
        let status = self.line().await?;
        let code = status.split(' ').nth(1).and_then(|code| code.parse().ok());
        let code = code.ok_or_else(|| Trouble(format!("what is this: {status:?}")))?;
        let mut length = 0_usize;
        loop {
            let line = self.line().await?;
            if line.is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().map_err(|_| Trouble(format!("what is this: {line:?}")))?;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await?;
        Ok((code, String::from_utf8_lossy(&body).into_owned()))
    }

    async fn line(&mut self) -> Result<String, Trouble> {
        let mut line = String::new();
        if self.stream.read_line(&mut line).await? == 0 {
            return Err(Trouble("the gateway closed a connection".to_owned()));
        }
        Ok(line.trim_end().to_owned())
    }
}
