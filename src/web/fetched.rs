//! What the worker fetches: the images that come with the program, with progress, and a run that was
//! trained beforehand.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, ReadableStreamDefaultReader, Response};

use super::wire::words;
use crate::platform::assets;

/// The folder of the images, beside the program.
const FOLDER: &str = "data";

/// Fetches all images; `progress` gets the bytes so far and, where the server tells, all bytes.
///
/// # Errors
/// A file that cannot be had, in words.
pub(super) async fn fetch_images(
    scope: &DedicatedWorkerGlobalScope,
    mut progress: impl FnMut(u64, u64),
) -> Result<(), String> {
    let (mut responses, mut of, mut done) = (Vec::new(), 0, 0);
    for name in assets::IMAGES {
        let response = fetch(scope, &format!("{FOLDER}/{name}")).await?;
        let length = response.headers().get("content-length").ok().flatten();
        of += length.and_then(|length| length.parse::<u64>().ok()).unwrap_or(0);
        responses.push(response);
    }
    for (place, response) in responses.into_iter().enumerate() {
        let bytes = read(&response, |more| {
            done += more;
            progress(done, of);
        })
        .await
        .map_err(|error| format!("{FOLDER}/{}: {}", assets::IMAGES[place], words(&error)))?;
        assets::provide(place, bytes);
    }
    Ok(())
}

/// Fetches a run as one file: its bytes.
///
/// # Errors
/// Why it cannot be had, in words.
pub(super) async fn fetch_run(
    scope: &DedicatedWorkerGlobalScope,
    name: &str,
) -> Result<Vec<u8>, String> {
    let path = format!("{FOLDER}/{name}");
    let response = fetch(scope, &path).await?;
    read(&response, |_| {}).await.map_err(|error| format!("{path}: {}", words(&error)))
}

async fn fetch(scope: &DedicatedWorkerGlobalScope, path: &str) -> Result<Response, String> {
    let response = JsFuture::from(scope.fetch_with_str(path)).await;
    let response = response.map_err(|error| format!("{path}: {}", words(&error)))?;
    let response: Response = response.unchecked_into();
    if response.ok() {
        Ok(response)
    } else {
        Err(format!("{path}: the server answers {}", response.status()))
    }
}

/// The body of a response; `progress` gets the bytes of each part that arrives.
async fn read(response: &Response, mut progress: impl FnMut(u64)) -> Result<Vec<u8>, JsValue> {
    let Some(body) = response.body() else { return Ok(Vec::new()) };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let mut bytes = Vec::new();
    loop {
        let part = JsFuture::from(reader.read()).await?;
        if Reflect::get(&part, &"done".into())?.is_truthy() {
            return Ok(bytes);
        }
        let part: Uint8Array = Reflect::get(&part, &"value".into())?.unchecked_into();
        progress(u64::from(part.length()));
        bytes.extend(part.to_vec());
    }
}
