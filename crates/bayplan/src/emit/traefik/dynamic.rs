//! The dynamic configuration: what the file provider reads.

use super::http::Http;
use super::tcp::Tcp;
use super::tls::Tls;
use super::udp::Udp;
use crate::record;

record! {
    /// A file of the file provider (`dynamic.Configuration`).
    pub struct Dynamic {
        /// What is routed by HTTP requests.
        http: Option<Http>,
        /// What is routed by TCP connections.
        tcp: Option<Tcp>,
        /// What is routed by UDP datagrams.
        udp: Option<Udp>,
        /// Certificates, and how TLS is spoken.
        tls: Option<Tls>,
    }
}

impl Dynamic {
    /// Leaves out the sections without entries; whether there is any with some.
    #[must_use]
    pub fn settled(mut self) -> Option<Self> {
        self.http.take_if(|http| *http == Http::default());
        self.tcp.take_if(|tcp| *tcp == Tcp::default());
        self.udp.take_if(|udp| *udp == Udp::default());
        self.tls.take_if(|tls| *tls == Tls::default());
        (self != Self::default()).then_some(self)
    }
}
