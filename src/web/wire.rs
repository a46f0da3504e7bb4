//! What page and worker send each other: a value in JSON, and bytes where a file goes along.

use std::path::PathBuf;

use js_sys::{Array, Uint8Array};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};

use crate::studio::backend::{Report, Request};

/// From the page to the worker.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum ToWorker {
    /// The studio wants something.
    Ask(Request),
    /// A person's file, to be put under this name; its bytes go along.
    File(PathBuf),
    /// The run that was trained beforehand is to be opened.
    Demo,
}

/// From the worker to the page.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum ToPage {
    /// It listens from now on.
    Ready,
    /// News for the studio.
    Reports(Vec<Report>),
    /// A file of this name is to be handed to the person; its bytes go along.
    Download(String),
}

/// A message as browsers carry it.
///
/// # Errors
/// A value that JSON cannot hold.
pub(super) fn pack(message: &impl Serialize, bytes: Option<&[u8]>) -> Result<JsValue, String> {
    let text = serde_json::to_string(message).map_err(|error| error.to_string())?;
    let packed = Array::of1(&JsValue::from_str(&text));
    if let Some(bytes) = bytes {
        packed.push(&Uint8Array::from(bytes));
    }
    Ok(packed.into())
}

/// The message, and the bytes that came along; none where there are none.
///
/// # Errors
/// What is no message of this kind.
pub(super) fn unpack<T: DeserializeOwned>(message: &JsValue) -> Result<(T, Vec<u8>), String> {
    let packed: &Array = message.dyn_ref().ok_or("a message that is no list")?;
    let text = packed.get(0).as_string().ok_or("a message without text")?;
    let bytes = packed.get(1).dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec());
    let message = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    Ok((message, bytes.unwrap_or_default()))
}

/// An error of the browser in words.
pub(super) fn words(error: &JsValue) -> String {
    let text = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    text.or_else(|| error.as_string()).unwrap_or_else(|| format!("{error:?}"))
}
