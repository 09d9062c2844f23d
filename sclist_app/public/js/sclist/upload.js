/*
 * The framework's window for files. Whatever belongs to a case is private, and is kept as it was handed in: so the
 * window offers neither the public nor a library, a link or a smaller picture. Its options differ between versions of
 * the framework; what one does not know it ignores, and `_desk.scss` hides what is left.
 */
const PRIVATE = {
	make_attachments_public: false,
	disable_file_browser: true,
	allow_web_link: false,
	allow_take_photo: false,
	allow_google_drive: false,
	allow_toggle_private: false,
	allow_toggle_optimize: false,
};

/** Also for a window the framework loads later, or loads again. */
export function upload_privately() {
	frappe.provide("frappe.ui");
	let wrapped = frappe.ui.FileUploader && keep_private(frappe.ui.FileUploader);
	Object.defineProperty(frappe.ui, "FileUploader", {
		configurable: true,
		get: () => wrapped,
		set: (uploader) => (wrapped = keep_private(uploader)),
	});
}

function keep_private(Uploader) {
	return class extends Uploader {
		constructor(options = {}) {
			const ours = String(options.doctype || options.frm?.doctype || "").startsWith("SC ");
			super(ours ? { ...options, ...PRIVATE } : options);
			this.sclist_private = ours;
			if (ours) (this.dialog?.$wrapper || $(this.wrapper)).addClass("sc-private-upload");
		}

		upload_files(...args) {
			for (const file of (this.sclist_private && this.uploader.files) || [])
				Object.assign(file, { private: true, optimize: false });
			return super.upload_files(...args);
		}
	};
}
