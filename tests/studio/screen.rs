//! What the harness draws, as pixels: egui's own renderer on whatever adapter there is.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

use eframe::egui::{self, TexturesDelta};
use egui_wgpu::wgpu;
use sgnas::studio::ground::clear_color;

const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;

/// A device that draws; clones draw with the same one. Every harness needs a renderer of its own,
/// since textures are known by number.
#[derive(Clone)]
pub(crate) struct Device {
    device: wgpu::Device,
    queue: wgpu::Queue,
}

/// The renderer of one harness.
#[derive(Clone)]
pub(crate) struct Screen {
    on: Device,
    renderer: Rc<RefCell<egui_wgpu::Renderer>>,
}

impl Device {
    /// A device on the first adapter; `None` where there is none.
    pub(crate) fn open() -> Option<Self> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let adapters = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::all()));
        let adapter = adapters.into_iter().next()?;
        let made = pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor::default()));
        let (device, queue) = made.unwrap();
        Some(Self { device, queue })
    }

    pub(crate) fn screen(&self) -> Screen {
        let options = egui_wgpu::RendererOptions::PREDICTABLE;
        let renderer = egui_wgpu::Renderer::new(&self.device, FORMAT, options);
        Screen { on: self.clone(), renderer: Rc::new(RefCell::new(renderer)) }
    }
}

impl egui_kittest::TestRenderer for Screen {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        let mut renderer = self.renderer.borrow_mut();
        for (id, images) in delta.set.drain() {
            for image in images {
                renderer.update_texture(&self.on.device, &self.on.queue, id, &image);
            }
        }
        for id in delta.free.drain() {
            renderer.free_texture(&id);
        }
    }
}

impl Screen {
    /// Paints the harness' last frame, as a window does, and waits until it is painted.
    pub(crate) fn paint(&self, ctx: &egui::Context, output: &egui::FullOutput) -> wgpu::Texture {
        let Device { device, queue } = &self.on;
        let scale = ctx.pixels_per_point();
        let size = ctx.content_rect().size() * scale;
        let size_in_pixels = [size.x.round() as u32, size.y.round() as u32];
        let screen = egui_wgpu::ScreenDescriptor { pixels_per_point: scale, size_in_pixels };
        let shapes = ctx.tessellate(output.shapes.clone(), scale);
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut renderer = self.renderer.borrow_mut();
        let mut work = renderer.update_buffers(device, queue, &mut encoder, &shapes, &screen);
        let extent = wgpu::Extent3d {
            width: size_in_pixels[0],
            height: size_in_pixels[1],
            depth_or_array_layers: 1,
        };
        let texture = device.create_texture(&wgpu::TextureDescriptor {
            label: None,
            size: extent,
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: FORMAT,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
            view_formats: &[],
        });
        let [r, g, b, a] = clear_color(&ctx.global_style().visuals).map(f64::from);
        let ground = wgpu::Color { r, g, b, a };
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        {
            let attachment = wgpu::RenderPassColorAttachment {
                view: &view,
                resolve_target: None,
                ops: wgpu::Operations {
                    load: wgpu::LoadOp::Clear(ground),
                    store: wgpu::StoreOp::Store,
                },
                depth_slice: None,
            };
            let pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
                color_attachments: &[Some(attachment)],
                ..Default::default()
            });
            renderer.render(&mut pass.forget_lifetime(), &shapes, &screen);
        }
        work.push(encoder.finish());
        queue.submit(work);
        device.poll(wgpu::PollType::wait_indefinitely()).unwrap();
        texture
    }

    /// The harness' last frame as pixels.
    pub(crate) fn shoot(&self, ctx: &egui::Context, output: &egui::FullOutput) -> image::RgbaImage {
        let Device { device, queue } = &self.on;
        let texture = self.paint(ctx, output);
        let extent = texture.size();
        let row = (4 * extent.width).next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT);
        let buffer = device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: u64::from(row) * u64::from(extent.height),
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let layout = wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(row),
            rows_per_image: None,
        };
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_texture_to_buffer(
            texture.as_image_copy(),
            wgpu::TexelCopyBufferInfo { buffer: &buffer, layout },
            extent,
        );
        queue.submit([encoder.finish()]);
        buffer.slice(..).map_async(wgpu::MapMode::Read, |mapped| mapped.unwrap());
        device.poll(wgpu::PollType::wait_indefinitely()).unwrap();
        let bytes = buffer.slice(..).get_mapped_range().unwrap();
        let rows = bytes.chunks_exact(row as usize).map(|line| &line[..4 * extent.width as usize]);
        let mut pixels: Vec<u8> = rows.flatten().copied().collect();
        pixels.chunks_exact_mut(4).for_each(|pixel| pixel[3] = 255);
        image::RgbaImage::from_raw(extent.width, extent.height, pixels).unwrap()
    }
}

/// Writes an image as PNG.
pub(crate) fn write(image: &image::RgbaImage, path: &Path) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    image.save_with_format(path, image::ImageFormat::Png).unwrap();
}
