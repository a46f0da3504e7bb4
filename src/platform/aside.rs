//! Pipelines made aside. A browser that is told to make one does nothing else meanwhile; asked for a
//! promise it makes several at once, on threads of its own. wgpu only tells. So the browser is asked
//! here for what wgpu would tell, and wgpu is handed what came. Elsewhere whoever makes a pipeline
//! waits for it.

/// What `make` makes with one pipeline, for computing, of the device. In a browser it is begun at
/// once, and `make` is called twice; elsewhere it is made when it is waited for.
pub fn make_aside<T, M: Fn() -> T>(
    device: &wgpu::Device,
    make: M,
) -> impl Future<Output = T> + use<T, M> {
    #[cfg(target_arch = "wasm32")]
    return browser::make_aside(device, make);
    #[cfg(not(target_arch = "wasm32"))]
    {
        let _ = device;
        async move { make() }
    }
}

#[cfg(target_arch = "wasm32")]
mod browser {
    use std::cell::RefCell;
    use std::rc::Rc;

    use js_sys::{Function, Object, Promise, Reflect};
    use wasm_bindgen::closure::Closure;
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;

    /// What wgpu calls, and what gives a promise for the same.
    const TELL: &str = "createComputePipeline";
    const ASK: &str = "createComputePipelineAsync";

    pub(super) fn make_aside<T, M: Fn() -> T>(
        device: &wgpu::Device,
        make: M,
    ) -> impl Future<Output = T> + use<T, M> {
        let device = device.as_webgpu().map(JsValue::from);
        let asked = device.and_then(|device| Some((ask(&device, &make)?, device)));
        async move {
            match asked {
                Some((promise, device)) => match JsFuture::from(promise).await {
                    Ok(pipeline) => answered(&device, move |_| pipeline.clone(), &make),
                    // wgpu's own call meets the same error, and it comes as all others do.
                    Err(_) => make(),
                },
                None => make(),
            }
        }
    }

    /// Asks the browser for the pipeline that `make` would have it make.
    fn ask<T>(device: &JsValue, make: &impl Fn() -> T) -> Option<Promise> {
        let told = Rc::<RefCell<Option<JsValue>>>::default();
        let note = told.clone();
        let nothing = move |descriptor| {
            *note.borrow_mut() = Some(descriptor);
            Object::new().into()
        };
        answered(device, nothing, make);
        let ask: Function = Reflect::get(device, &ASK.into()).ok()?.dyn_into().ok()?;
        let descriptor = told.take()?;
        Some(ask.call1(device, &descriptor).ok()?.unchecked_into())
    }

    /// What `make` makes while its call is answered so, and not by the browser.
    fn answered<T>(
        device: &JsValue,
        answer: impl FnMut(JsValue) -> JsValue + 'static,
        make: &impl Fn() -> T,
    ) -> T {
        let answer = Closure::<dyn FnMut(JsValue) -> JsValue>::new(answer);
        // A property of the device's own stands before that of its kind.
        let _ = Reflect::set(device, &TELL.into(), answer.as_ref());
        let made = make();
        let _ = Reflect::delete_property(device.unchecked_ref::<Object>(), &TELL.into());
        made
    }
}
