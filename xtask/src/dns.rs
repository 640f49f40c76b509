//! One DNS question and its answer, over UDP.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// IPv4 addresses.
    A = 1,
    /// IPv6 addresses.
    Aaaa = 28,
}

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The response code: 0 no error, 3 no such name, 5 refused.
    pub code: u8,
    /// The addresses, in order.
    pub addresses: Vec<IpAddr>,
}

/// Asks `server` for `name`, three times at most.
pub fn ask(server: SocketAddr, name: &str, kind: Kind) -> Result<Answer, String> {
    let failed = |error: std::io::Error| format!("asking {server} for {name}: {error}");
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
    socket.set_read_timeout(Some(Duration::from_secs(1))).map_err(failed)?;
    let question = question(name, kind)?;
    let mut buffer = [0; 4096];
    for _ in 0..3 {
        socket.send_to(&question, server).map_err(failed)?;
        if let Ok((length, from)) = socket.recv_from(&mut buffer)
            && from == server
        {
            return answer(&buffer[..length]).ok_or_else(|| format!("{server} answers no DNS message for {name}"));
        }
    }
    Err(format!("{server} does not answer for {name}"))
}

const ID: [u8; 2] = [0x62, 0x70];

fn question(name: &str, kind: Kind) -> Result<Vec<u8>, String> {
    let mut bytes = vec![ID[0], ID[1], 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.trim_end_matches('.').split('.') {
        let length = u8::try_from(label.len()).ok().filter(|length| (1..=63).contains(length));
        bytes.push(length.ok_or_else(|| format!("`{name}` is no DNS name"))?);
        bytes.extend(label.bytes());
    }
    bytes.extend([0, 0, kind as u8, 0, 1]);
    Ok(bytes)
}

fn answer(bytes: &[u8]) -> Option<Answer> {
    if bytes.get(..2)? != ID || bytes.get(2)? & 0x80 == 0 {
        return None;
    }
    let code = bytes.get(3)? & 0x0f;
    let count = number(bytes, 6)?;
    let mut at = skip_name(bytes, 12)? + 4;
    let mut addresses = Vec::new();
    for _ in 0..count {
        at = skip_name(bytes, at)?;
        let kind = number(bytes, at)?;
        let length = usize::from(number(bytes, at + 8)?);
        let data = bytes.get(at + 10..at + 10 + length)?;
        match kind {
            1 => addresses.push(Ipv4Addr::from(<[u8; 4]>::try_from(data).ok()?).into()),
            28 => addresses.push(Ipv6Addr::from(<[u8; 16]>::try_from(data).ok()?).into()),
            _ => {}
        }
        at += 10 + length;
    }
    Some(Answer { code, addresses })
}

fn number(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}

fn skip_name(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *bytes.get(at)? {
            0 => return Some(at + 1),
            pointer if pointer & 0xc0 == 0xc0 => return Some(at + 2),
            length => at += 1 + usize::from(length),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_has_its_labels() {
        let bytes = question("a.bc.", Kind::Aaaa).unwrap();
        assert_eq!(&bytes[12..], [1, b'a', 2, b'b', b'c', 0, 0, 28, 0, 1]);
        assert!(question("a..b", Kind::A).is_err());
    }

    #[test]
    fn an_answer_with_a_pointer_is_read() {
        let mut bytes = question("a.b", Kind::A).unwrap();
        bytes[2] = 0x81;
        bytes[7] = 1;
        bytes.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 10, 1, 2, 3]);
        assert_eq!(answer(&bytes), Some(Answer { code: 0, addresses: vec![IpAddr::from([10, 1, 2, 3])] }));
        assert_eq!(answer(&bytes[..bytes.len() - 1]), None);
    }
}
