//! To be written.
#![allow(missing_docs)]
use crate::time::Instant; use crate::trace::End; use std::net::Ipv4Addr;
#[derive(Default,Debug,Clone)]
pub struct CallerConfig { pub user: Option<String>, pub password: Option<String>, pub address: Option<Ipv4Addr>, pub ask_dns: bool, pub ipv6: bool, pub magic_seed: u64, pub mru: Option<u16>, pub accm: u32 }
#[derive(Debug)] pub struct Caller;
#[derive(Debug)] pub enum CallerEvent { FrameSent { octets: Vec<u8>, text: String }, FrameReceived { octets: Vec<u8>, text: String }, BadFrame{reason:&'static str, octets:Vec<u8>}, Text(Vec<u8>), Phase(u8), LcpOpened, Auth{accepted:bool,protocol:&'static str,message:String}, AuthNotAsked, IpUp{local:Ipv4Addr,peer:Option<Ipv4Addr>,dns:Vec<Ipv4Addr>}, Ipv6Up{}, IpDown, TerminateRequestReceived{text:String}, Closed{why:String}, Pong{from:Ipv4Addr,id:u16,seq:u16}, Data{from:End} }
impl Caller { pub fn new(_:CallerConfig)->Self{Self} pub fn handle_carrier(&mut self,_:Instant){} pub fn handle_carrier_lost(&mut self,_:Instant){} pub fn handle_octets(&mut self,_:Instant,_:&[u8]){} pub fn handle_timeout(&mut self,_:Instant){} pub fn poll_timeout(&self)->Option<Instant>{None} pub fn poll_transmit(&mut self)->Option<Vec<u8>>{None} pub fn poll_event(&mut self)->Option<CallerEvent>{None} pub fn close(&mut self,_:Instant){} pub fn ping(&mut self,_:Instant,_:Ipv4Addr,_:u16,_:u16){} }
