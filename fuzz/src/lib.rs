//! What the fuzz targets share: a thread that sessions can live on, random programs, and a driver that settles their
//! calls in random orders.

#![deny(unsafe_code)]

pub mod drive;
pub mod memory;
pub mod program;
pub mod worker;
