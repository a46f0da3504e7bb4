//! Turns: giving control back for a moment, where one thread does everything.

/// Ends the present turn and goes on in one of the next. In a browser, messages and timers have
/// theirs in between; elsewhere threads see to that, and nothing happens.
pub async fn next_turn() {
    #[cfg(target_arch = "wasm32")]
    browser::next_turn().await;
}

#[cfg(target_arch = "wasm32")]
mod browser {
    use wasm_bindgen::JsValue;
    use wasm_bindgen_futures::JsFuture;
    use web_sys::MessageChannel;

    /// Through a message to ourselves: timers are slowed down where they follow each other.
    pub(super) async fn next_turn() {
        let Ok(channel) = MessageChannel::new() else { return };
        let promise = js_sys::Promise::new(&mut |resolve, _| {
            channel.port1().set_onmessage(Some(&resolve));
        });
        if channel.port2().post_message(&JsValue::NULL).is_ok() {
            // A promise that nobody rejects.
            let _ = JsFuture::from(promise).await;
        }
        channel.port1().close();
    }
}
