//! Talking to a server on this machine: free ports, and one bounded request.

use serde_json::Value as Json;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(5);
const MOST: u64 = 64 << 20;

/// `count` different ports of 127.0.0.1 that nobody listens on right now.
pub fn free_ports(count: usize) -> Result<Vec<u16>, String> {
    // All are held until the last is known, so that none comes twice.
    let held: Vec<TcpListener> = (0..count)
        .map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
        .collect::<Result<_, _>>()
        .map_err(|error| format!("no free port on 127.0.0.1: {error}"))?;
    held.iter()
        .map(|listener| listener.local_addr().map(|address| address.port()))
        .collect::<Result<_, _>>()
        .map_err(|error| format!("no free port on 127.0.0.1: {error}"))
}

/// The JSON that `http://address/path` answers with status 200.
pub fn get_json(address: SocketAddr, path: &str) -> Result<Json, String> {
    let (status, body) = get(address, path)?;
    if status != 200 {
        return Err(format!("http://{address}{path} answers {status}: {}", body.trim()));
    }
    serde_json::from_str(&body).map_err(|error| format!("http://{address}{path} answers no JSON: {error}"))
}

/// Status and body of `http://address/path`.
pub fn get(address: SocketAddr, path: &str) -> Result<(u16, String), String> {
    let failed = |error: std::io::Error| format!("http://{address}{path}: {error}");
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).map_err(failed)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(failed)?;
    stream.set_write_timeout(Some(PATIENCE)).map_err(failed)?;
    // HTTP 1.0: the answer ends where the connection does, and is never chunked.
    // One write: a server that answers after the first packet and hangs up would break the pipe of a second one.
    let request = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\nAccept: */*\r\n\r\n");
    stream.write_all(request.as_bytes()).map_err(failed)?;
    let mut bytes = Vec::new();
    stream.take(MOST).read_to_end(&mut bytes).map_err(failed)?;
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(|| format!("http://{address}{path}: no HTTP answer"))?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Ok((status.ok_or_else(|| format!("http://{address}{path}: no status"))?, body.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_answered_and_read() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 512];
            let _ = stream.read(&mut request).unwrap();
            stream.write_all(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n[1]").unwrap();
        });
        assert_eq!(get_json(address, "/x").unwrap(), serde_json::json!([1]));
    }

    #[test]
    fn ports_are_different() {
        let mut ports = free_ports(20).unwrap();
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), 20);
    }
}
