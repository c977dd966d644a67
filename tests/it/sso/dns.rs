//! A DNS server of the tests' own, which knows TXT records and nothing else.

use std::collections::HashMap;
use std::net::UdpSocket;
use std::sync::{Arc, Mutex};

/// A server; it ends with the test's process.
pub(crate) struct Dns {
    pub(crate) address: String,
    records: Arc<Mutex<HashMap<String, String>>>,
}

impl Dns {
    pub(crate) fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap().to_string();
        let records: Arc<Mutex<HashMap<String, String>>> = Arc::default();
        let known = Arc::clone(&records);
        std::thread::spawn(move || {
            let mut packet = [0; 1500];
            while let Ok((length, from)) = socket.recv_from(&mut packet) {
                let answer = answer(&packet[..length], &known.lock().unwrap());
                let _ = socket.send_to(&answer, from);
            }
        });
        Self { address, records }
    }

    /// Publishes a TXT record.
    pub(crate) fn publish(&self, name: &str, text: &str) {
        let mut records = self.records.lock().unwrap();
        records.insert(name.to_owned(), text.to_owned());
    }
}

/// The answer to a question, RFC 1035 section 4.1: the record, or that there is no such name.
fn answer(question: &[u8], records: &HashMap<String, String>) -> Vec<u8> {
    let mut labels = Vec::new();
    let mut at = 12;
    while question[at] != 0 {
        let length = usize::from(question[at]);
        labels.push(String::from_utf8_lossy(&question[at + 1..=at + length]).to_lowercase());
        at += length + 1;
    }
    let end = at + 5;
    let is_txt = question[at + 1..at + 3] == [0, 16];
    let found = records.get(&labels.join(".")).filter(|_| is_txt);
    let mut packet = question[..2].to_vec();
    let code = if found.is_some() { 0 } else { 3 };
    packet.extend([
        0x85,
        0x80 | code,
        0,
        1,
        0,
        u8::from(found.is_some()),
        0,
        0,
        0,
        0,
    ]);
    packet.extend(&question[12..end]);
    if let Some(text) = found {
        let length = u8::try_from(text.len()).unwrap();
        packet.extend([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, length + 1, length]);
        packet.extend(text.as_bytes());
    }
    packet
}
