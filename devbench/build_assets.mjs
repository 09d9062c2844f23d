/*
 * node build_assets.mjs BENCH APP [APP …]
 *
 * Bundles every *.bundle.(js|ts|scss|css) of each app's public/ into sites/assets/<app>/dist and merges the
 * names into sites/assets/assets.json. sites/assets/<app> is a folder of links to the entries of public/, so
 * nothing is written into the apps. A bundle that fails ends the build with code 1.
 */
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";

const [bench, ...apps] = [path.resolve(process.argv[2]), ...process.argv.slice(3)];
const framework = path.join(bench, "apps", "frappe");
const modules = path.join(bench, "node", "node_modules");
const load = createRequire(path.join(bench, "node", "package.json"));
const esbuild = load("esbuild");
const sass = load("sass");
const vue = load("esbuild-plugin-vue3");

const assets = path.join(bench, "sites", "assets");
const all_apps = fs.readFileSync(path.join(bench, "sites", "apps.txt"), "utf8").split(/\s+/).filter(Boolean);
const public_of = (app) => path.join(bench, "apps", app, app, "public");
const BUNDLE = /\.bundle\.(js|ts|scss|css)$/;
const FILES = [".woff", ".woff2", ".ttf", ".eot", ".otf", ".svg", ".png", ".gif", ".jpg"];

const templates = {
	name: "templates",
	setup(build) {
		build.onLoad({ filter: /\.html$/ }, ({ path: file }) => {
			const html = fs
				.readFileSync(file, "utf8")
				.replace(/<!--[\s\S]*?-->/g, "")
				.replace(/\s+/g, " ");
			const name = path.basename(file, ".html");
			return {
				contents: `frappe.templates[${JSON.stringify(name)}] = ${JSON.stringify(html)};\n`,
				loader: "js",
			};
		});
	},
};

// Addresses the web server answers are left as they are.
const served = {
	name: "served",
	setup(build) {
		build.onResolve({ filter: /^(\/?assets\/|data:|https?:|\/)/ }, (found) =>
			found.kind === "url-token" || found.path.includes("assets/")
				? { path: found.path, external: true }
				: undefined
		);
	},
};

const styles = {
	name: "styles",
	setup(build) {
		build.onLoad({ filter: /\.scss$/ }, ({ path: file }) => {
			const result = sass.renderSync({
				file,
				quietDeps: true,
				logger: sass.Logger.silent,
				includePaths: [modules, framework, path.join(bench, "apps")],
				importer(url) {
					if (url.startsWith("~")) return { file: path.join(modules, url.slice(1)) };
					const found = url.match(/^([a-z_]+)\/public\//);
					return found ? { file: path.join(bench, "apps", found[1], url) } : null;
				},
			});
			return { contents: result.css.toString(), loader: "css", resolveDir: path.dirname(file) };
		});
	},
};

function bundles(folder) {
	return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		const file = path.join(folder, entry.name);
		if (["node_modules", "dist"].includes(entry.name)) return [];
		if (entry.isDirectory()) return bundles(file);
		return BUNDLE.test(entry.name) ? [file] : [];
	});
}

function link_public(app) {
	const target = path.join(assets, app);
	if (fs.lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink()) fs.unlinkSync(target);
	fs.mkdirSync(target, { recursive: true });
	for (const name of fs.readdirSync(target)) {
		const entry = path.join(target, name);
		if (fs.lstatSync(entry).isSymbolicLink()) fs.unlinkSync(entry);
	}
	const source = public_of(app);
	const names = fs.existsSync(source) ? fs.readdirSync(source) : [];
	for (const name of names)
		if (!["dist", "node_modules"].includes(name))
			fs.symlinkSync(path.join(source, name), path.join(target, name));
	if (app === "frappe") fs.symlinkSync(modules, path.join(target, "node_modules"));
	return target;
}

async function build(app) {
	const target = link_public(app);
	const fresh = path.join(target, ".dist.new");
	fs.rmSync(fresh, { recursive: true, force: true });
	fs.mkdirSync(fresh, { recursive: true });
	const names = {};
	const sources = fs.existsSync(public_of(app)) ? bundles(public_of(app)) : [];
	for (const kind of ["js", "css"]) {
		const entries = sources.filter((file) => /\.(js|ts)$/.test(file) === (kind === "js"));
		if (!entries.length) continue;
		const result = await esbuild.build({
			entryPoints: Object.fromEntries(
				entries.map((file) => [path.basename(file).replace(/\.(js|ts|scss|css)$/, ""), file])
			),
			bundle: true,
			outdir: path.join(fresh, kind),
			entryNames: "[name].[hash]",
			assetNames: "[name].[hash]",
			publicPath: `/assets/${app}/dist/${kind}`,
			target: ["es2017"],
			sourcemap: false,
			minify: true,
			keepNames: true,
			metafile: true,
			nodePaths: [modules, ...all_apps.map((name) => path.join(bench, "apps", name))],
			logLevel: "error",
			logLimit: 30,
			preserveSymlinks: false,
			loader: Object.fromEntries(FILES.map((ending) => [ending, "file"])),
			define: {
				"process.env.NODE_ENV": '"production"',
				__VUE_OPTIONS_API__: "true",
				__VUE_PROD_DEVTOOLS__: "false",
			},
			plugins: kind === "js" ? [templates, served, styles, vue()] : [served, styles],
		});
		const outputs = Object.keys(result.metafile.outputs).map((file) => path.resolve(file));
		for (const output of outputs) {
			const ending = path.extname(output);
			const stem = path.basename(output).replace(/\.[A-Z0-9]{8}\.(js|css)$/, "");
			if (kind === "js" && ending === ".css") {
				// Styles of Vue components: the pages load the script alone, so the script brings them.
				const script = outputs.find(
					(file) => file.endsWith(".js") && path.basename(file).startsWith(`${stem}.`)
				);
				if (script)
					fs.appendFileSync(
						script,
						`\nfrappe.dom && frappe.dom.set_style(${JSON.stringify(fs.readFileSync(output, "utf8"))});\n`
					);
			} else if (stem.endsWith(".bundle") && [".js", ".css"].includes(ending)) {
				names[stem + ending] = `/assets/${app}/dist/${kind}/${path.basename(output)}`;
			}
		}
	}
	const dist = path.join(target, "dist");
	fs.rmSync(dist, { recursive: true, force: true });
	fs.renameSync(fresh, dist);
	fs.writeFileSync(path.join(dist, "names.json"), JSON.stringify(names, null, 1));
	return Object.keys(names).length;
}

try {
	for (const app of apps) console.log(`${app}: ${await build(app)} bundles`);
	const names = {};
	for (const app of all_apps) {
		const file = path.join(assets, app, "dist", "names.json");
		if (fs.existsSync(file)) Object.assign(names, JSON.parse(fs.readFileSync(file, "utf8")));
	}
	const manifest = path.join(assets, "assets.json");
	fs.writeFileSync(`${manifest}.new`, JSON.stringify(names, null, 1));
	fs.renameSync(`${manifest}.new`, manifest);
	fs.writeFileSync(path.join(assets, "assets-rtl.json"), "{}");
} catch (error) {
	console.error(String(error.message || error).slice(0, 3000));
	process.exit(1);
}
