//! What differs between a desktop and a browser: files, clock, threads. The only room with
//! `cfg(target_arch)`.
