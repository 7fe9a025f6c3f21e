package outfile

import (
	"cmp"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// write writes a file into a folder, and returns its path.
func write(t *testing.T, folder, name string, mode fs.FileMode) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, []byte("old"), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // independent of the umask
		t.Fatal(err)
	}
	return path
}

// symlink makes a symbolic link. Without the privilege that Windows requires for
// it, the test is skipped, or fails where links are required.
func symlink(t *testing.T, target, name string) {
	t.Helper()
	err := os.Symlink(target, name)
	switch {
	case err == nil:
	case runtime.GOOS == "windows" && os.Getenv("WPS_SYMLINKS") != "required":
		t.Skip("symbolic links need a privilege:", err)
	default:
		t.Fatal(err)
	}
}

func TestSecretFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "secret")
	content := func() string {
		b, err := os.ReadFile(name)
		if err != nil {
			return err.Error()
		}
		return string(b)
	}
	f, err := CreateSecret(name, false)
	if err != nil {
		t.Fatal(err)
	}
	f.Discard()
	if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file for nothing stays: %v", err)
	}
	if f, err = CreateSecret(name, false); err != nil {
		t.Fatal(err)
	}
	if err := f.Write([]byte("settings")); err != nil || content() != "settings" {
		t.Error(err, content())
	}
	if info, _ := os.Stat(name); runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Error(info.Mode())
	}
	if _, err := CreateSecret(name, false); err == nil || !strings.Contains(err.Error(), "-force") || content() != "settings" {
		t.Error(err, content())
	}
	if f, err = CreateSecret(name, true); err != nil {
		t.Fatal(err)
	}
	f.Discard()
	if content() != "settings" {
		t.Error("what was there is lost without a need:", content())
	}
	if f, err = CreateSecret(name, true); err != nil {
		t.Fatal(err)
	}
	if err := f.Write([]byte("new")); err != nil || content() != "new" {
		t.Error(err, content())
	}
	log, err := AppendSecret(name)
	if err != nil {
		t.Fatal(err)
	}
	log.WriteString("er")
	log.Close()
	if content() != "newer" {
		t.Error(content())
	}
}

// TestSecretFileRefused checks files that must not hold secrets.
func TestSecretFileRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes of this kind, and symbolic links need a privilege")
	}
	folder := t.TempDir()
	target := write(t, folder, "target", 0o600)
	link := filepath.Join(folder, "link")
	dangling := filepath.Join(folder, "dangling")
	other := filepath.Join(folder, "other name")
	for _, err := range []error{
		os.Symlink(target, link), os.Symlink(filepath.Join(folder, "nowhere"), dangling), os.Link(write(t, folder, "linked", 0o600), other),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct{ name, want string }{
		{link, "symbolic link"},
		{dangling, "symbolic link"},
		{other, "hard links"},
		{write(t, folder, "readable", 0o644), "open to other users (mode 0644)"},
		{write(t, folder, "writable", 0o620), "open to other users (mode 0620)"},
		{folder, ""},
		{os.DevNull, "not a regular file"},
		{filepath.Join(folder, "no", "file"), "no such file"},
	}
	if os.Geteuid() == 0 {
		foreign := write(t, folder, "foreign", 0o600)
		if err := os.Chown(foreign, 12345, -1); err != nil {
			t.Fatal(err)
		}
		tests = append(tests, struct{ name, want string }{foreign, "belongs to another user (12345)"})
	}
	for _, tt := range tests {
		for form, open := range map[string]func() error{
			"new":       func() error { _, err := CreateSecret(tt.name, false); return err },
			"overwrite": func() error { _, err := CreateSecret(tt.name, true); return err },
			"append":    func() error { _, err := AppendSecret(tt.name); return err },
			"public":    func() error { _, err := Create(tt.name); return err },
		} {
			if form == "public" && strings.Contains(tt.want, "open to other users") {
				continue
			}
			if err := open(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s, %s: %v", tt.name, form, err)
			}
		}
	}
	for _, name := range []string{target, link, other} {
		if b, _ := os.ReadFile(name); string(b) != "old" {
			t.Errorf("%s was changed: %q", name, b)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "nowhere")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a file was made through a link")
	}
}

// TestCreate overwrites a file that others may read.
func TestCreate(t *testing.T) {
	name := write(t, t.TempDir(), "page", 0o644)
	if err := Write(name, []byte("n")); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(name); string(b) != "n" {
		t.Errorf("%q, %v", b, err)
	}
}

// TestEveryProgram checks that programs write files through this package only: the
// functions of package os follow symbolic links.
func TestEveryProgram(t *testing.T) {
	writers := []string{"Create", "OpenFile", "WriteFile", "Link", "Symlink", "OpenRoot", "CopyFS"}
	files := 0
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == "testdata" || d.Name() == "outfile" || d.Name() == "programtest" || d.Name() == "tagtest") {
			return cmp.Or(err, filepath.SkipDir)
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		files++
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := s.X.(*ast.Ident); ok && (x.Name == "os" || x.Name == "syscall" || x.Name == "unix") && slices.Contains(writers, s.Sel.Name) {
				t.Errorf("%v: %s.%s", fset.Position(s.Pos()), x.Name, s.Sel.Name)
			}
			return true
		})
		return nil
	})
	if err != nil || files < 50 {
		t.Errorf("%d files: %v", files, err)
	}
}

// TestReplaceSecret checks that a file is replaced, and that links are not
// followed.
func TestReplaceSecret(t *testing.T) {
	folder := t.TempDir()
	name := write(t, folder, "state", 0o644)
	if err := ReplaceSecret(name, []byte("new")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(name)
	if b, _ := os.ReadFile(name); err != nil || string(b) != "new" || runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Errorf("%q, %v, %v", b, info, err)
	}
	victim := write(t, folder, "victim", 0o600)
	symlink(t, victim, name+partSuffix)
	before, _ := os.ReadFile(victim)
	if err := ReplaceSecret(name, []byte("newer")); err == nil {
		t.Error("it followed a link")
	}
	if after, _ := os.ReadFile(victim); string(after) != string(before) {
		t.Errorf("the file behind the link is %q", after)
	}
}

// TestSecretStream writes a file in parts: it has its name when it is complete,
// and until then the old contents.
func TestSecretStream(t *testing.T) {
	folder := t.TempDir()
	for name, tt := range map[string]struct {
		old    string
		commit bool
		want   string // "" if there is no file
	}{
		"new": {"", true, "content"}, "new, discarded": {"", false, ""},
		"old": {"old", true, "content"}, "old, discarded": {"old", false, "old"},
	} {
		path := filepath.Join(folder, name)
		if tt.old != "" {
			write(t, folder, name, 0o600)
			write(t, folder, name+partSuffix, 0o600) // as a power failure leaves it
		}
		if _, err := StreamSecret(path, false); (err == nil) != (tt.old == "") {
			t.Errorf("%s, not to be overwritten: %v", name, err)
		} else if err == nil {
			os.Remove(path)
			os.Remove(path + partSuffix)
		}
		s, err := StreamSecret(path, true)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{"con", "tent"} {
			if _, err := s.WriteString(part); err != nil {
				t.Fatal(err)
			}
		}
		if b, _ := os.ReadFile(path); string(b) != tt.old {
			t.Errorf("%s: %q before the end", name, b)
		}
		if tt.commit {
			if err := s.Commit(); err != nil {
				t.Error(err)
			}
		} else {
			s.Discard()
		}
		if b, err := os.ReadFile(path); string(b) != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%s: %q, %v; want %q", name, b, err, tt.want)
		}
		if _, err := os.Lstat(path + partSuffix); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the incomplete file: %v", name, err)
		}
	}
	link := filepath.Join(folder, "link")
	symlink(t, filepath.Join(folder, "new"), link+partSuffix)
	if _, err := StreamSecret(link, false); err == nil || !strings.Contains(err.Error(), "symbolic link") {
		t.Errorf("a symbolic link in the place of the incomplete file: %v", err)
	}
	if _, err := os.Lstat(link); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the name stays taken: %v", err)
	}
}
