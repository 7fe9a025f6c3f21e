package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/gowps/gowps/examples/internal/outfile"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/wps/report"
)

//go:embed web
var web embed.FS

// pagePackage is the package that runs in the browser.
const pagePackage = "github.com/gowps/gowps/examples/wpsweb/page"

// invocation is one run of the program.
type invocation struct {
	listen string
	dir    string
	// serving, if set, is called with the address.
	serving func(string)
}

func (p *invocation) flags(f *pflag.FlagSet) {
	f.StringVar(&p.listen, "listen", "127.0.0.1:0", "serve on `ADDRESS`, of this computer only")
	f.StringVarP(&p.dir, "output", "o", "", "write the page into `DIR` instead of serving it")
}

// run builds the page, and serves or writes it.
func (p *invocation) run(ctx context.Context, streams program.IO, _ []string) (int, error) {
	files, err := page(ctx)
	if err != nil {
		return program.Unable, err
	}
	if p.dir != "" {
		return program.Fine, write(p.dir, files)
	}
	host, _, err := net.SplitHostPort(p.listen)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return program.Unable, program.Usagef("-listen %s: an address of this computer only, such as 127.0.0.1:8080; for others, use -o and a web server", p.listen)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", p.listen)
	if err != nil {
		return program.Unable, err
	}
	address := "http://" + l.Addr().String() + "/"
	fmt.Fprintf(streams.Text(), "The page is at %s until you stop this program by Ctrl-C.\n", address)
	server := &http.Server{Handler: handler(files, l.Addr().String()), ReadHeaderTimeout: 10 * time.Second}
	if p.serving != nil {
		p.serving(address)
	}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return program.Unable, err
	}
	fmt.Fprintln(streams.Text(), "Stopped by you.")
	return program.Fine, nil
}

// policy is the content security policy: the page may only run its own scripts.
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// types are the media types of the files.
var types = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".gz": "application/gzip",
}

// handler serves the files to requests that address this computer by its IP
// address.
func handler(files map[string][]byte, host string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/")
		if name == "" {
			name = "index.html"
		}
		content, ok := files[name]
		switch {
		case r.Host != host:
			http.Error(w, "this page is not for other hosts", http.StatusMisdirectedRequest)
			return
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		case !ok:
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", types[filepath.Ext(name)])
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
	})
}

// write writes the files into a folder.
func write(dir string, files map[string][]byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, content := range files {
		if err := outfile.Write(filepath.Join(dir, name), content); err != nil {
			return err
		}
	}
	return nil
}

// page returns the files of the page, by name.
func page(ctx context.Context) (map[string][]byte, error) {
	files := map[string][]byte{"report.css": []byte(report.Style())}
	err := fs.WalkDir(web, "web", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[d.Name()], err = web.ReadFile(path)
		return err
	})
	if err != nil {
		return nil, err
	}
	return files, build(ctx, files)
}

// build builds the code for the browser with the go command. The result is not
// kept in the repository: it has megabytes, and differs with each change and
// each version of Go.
func build(ctx context.Context, files map[string][]byte) error {
	dir, err := os.MkdirTemp("", "wpsweb")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	program, out := pagePackage, filepath.Join(dir, "page.wasm")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-gcflags=all=-l", "-ldflags=-s -w", "-o", out, program)
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0", "GOFLAGS=-mod=mod", "GOWORK=off")
	if module, version := installed(); version != "" {
		// Installed by "go install …@version": build in a temporary module that
		// requires that version.
		mod := fmt.Sprintf("module wpsweb\n\ngo 1.26.0\n\nrequire %s %s\n", module, version)
		if err := outfile.Write(filepath.Join(dir, "go.mod"), []byte(mod)); err != nil {
			return err
		}
		cmd.Dir = dir
	} else {
		cmd.Env[len(cmd.Env)-2] = "GOFLAGS=-mod=readonly"
	}
	if said, err := cmd.CombinedOutput(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return errors.New("the page is built by the go command, which is not here: install Go, or take the page of a release")
		}
		return fmt.Errorf("the page could not be built in the folder of the module: %w\n%s", err, bytes.TrimSpace(said))
	}
	wasm, err := os.ReadFile(out)
	if err != nil {
		return err
	}
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err == nil {
		_, err = z.Write(wasm)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return err
	}
	files["page.wasm.gz"] = packed.Bytes()
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return err
	}
	files["wasm_exec.js"], err = os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js"))
	return err
}

// installed returns the module and its version if the program was installed
// from a version, not built in a checkout.
func installed() (module, version string) {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "(devel)" || info.Main.Sum == "" {
		return "", ""
	}
	return info.Main.Path, info.Main.Version
}
