//! Disconnect clients that read a response too slowly.
//!
//! This is ours because tower's timeouts end with the response's head, and hyper has no timeout for
//! writing.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

use crate::patience::Patience;

/// A stream that fails once its client has made it wait for too long. Time with nothing to send
/// does not count. What the system has taken counts as read, although the client may not have read
/// it yet: at most the system's buffers.
#[derive(Debug)]
pub(super) struct Paced {
    stream: TcpStream,
    patience: Patience,
    waiting: Option<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    since: Instant,
    until: Pin<Box<Sleep>>,
}

impl Paced {
    pub(super) fn new(stream: TcpStream, patience: Duration) -> Self {
        Self {
            stream,
            patience: Patience::new(patience),
            waiting: None,
        }
    }

    /// Charge the client for waiting, and credit it for what it has read.
    fn written(
        &mut self,
        context: &mut Context<'_>,
        polled: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let Poll::Ready(written) = polled else {
            let patience = self.patience.left();
            let waiting = self.waiting.get_or_insert_with(|| Waiting {
                since: Instant::now(),
                until: Box::pin(tokio::time::sleep(patience)),
            });
            let too_slow = |()| Err(io::ErrorKind::TimedOut.into());
            return waiting.until.as_mut().poll(context).map(too_slow);
        };
        let waited = self.waiting.take().map(|waiting| waiting.since.elapsed());
        if let Ok(bytes) = &written {
            self.patience.charge(waited.unwrap_or_default(), *bytes);
        }
        Poll::Ready(written)
    }
}

impl AsyncRead for Paced {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Paced {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(context, polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.written(context, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpSocket;

    use super::*;

    const SENT: usize = 1 << 20;

    /// Send 1 MiB to a client that reads this many bytes every 10 ms.
    async fn send(read_at_once: usize) -> io::Result<()> {
        let listening = TcpSocket::new_v4()?;
        listening.set_send_buffer_size(4 << 10)?;
        listening.bind(([127, 0, 0, 1], 0).into())?;
        let listener = listening.listen(1)?;
        let client = TcpSocket::new_v4()?;
        client.set_recv_buffer_size(4 << 10)?;
        let mut client = client.connect(listener.local_addr()?).await?;
        let (stream, _) = listener.accept().await?;
        let mut paced = Paced::new(stream, Duration::from_millis(200));
        let reading = tokio::spawn(async move {
            let mut buffer = vec![0; read_at_once];
            while client.read(&mut buffer).await.is_ok_and(|count| count > 0) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
        let sent = paced.write_all(&[7; SENT]).await;
        reading.abort();
        sent
    }

    #[tokio::test]
    async fn a_client_that_reads_too_slowly_is_disconnected() {
        send(64 << 10).await.unwrap();
        // At 5 kB per second it always reads something, and would take minutes.
        let error = send(50).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
