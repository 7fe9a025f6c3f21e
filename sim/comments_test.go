package sim_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// declared is the names that a package declares: X, X.Method and X.Field. The
// name X.* stands for those that an embedded field adds.
type declared map[string]bool

// docLink is a link of a comment, such as [Name], [*Type.Method] or [pkg.Name].
// Origins of rules, such as [hostap] and [EasyMesh], stand in the same brackets.
var docLink = regexp.MustCompile(`\[\*?((?:[a-z0-9]+\.)?[A-Z]\w*(?:\.\w+)?)\]`)

// origins are the implementations and documents in brackets that begin with a
// capital letter.
var origins = []string{"EasyMesh", "Wireshark", "Linux", "REMOVED"}

// TestComments checks that comments follow a name when it changes: the links in
// them lead to a declaration, and the comment of a function or type begins with
// its name.
func TestComments(t *testing.T) {
	files := token.NewFileSet()
	parsed := map[string][]*ast.File{} // by directory
	names := map[string]declared{}     // by directory
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && path != ".."):
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		f, err := parser.ParseFile(files, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		dir := filepath.Dir(path)
		if names[dir] == nil {
			names[dir] = declared{}
		}
		names[dir].add(f)
		parsed[dir] = append(parsed[dir], f)
		return nil
	})
	if err != nil || len(names) == 0 {
		t.Fatal(len(names), "packages:", err)
	}
	byName := map[string]declared{} // all packages of a name together
	for dir, in := range names {
		name := filepath.Base(dir)
		if byName[name] == nil {
			byName[name] = declared{}
		}
		for n := range in {
			byName[name][n] = true
		}
	}
	for dir, all := range parsed {
		for _, f := range all {
			for _, d := range f.Decls {
				if name, doc := documented(d); doc != nil && !beginsWith(doc.Text(), name) {
					t.Errorf("%v: the comment of %s begins with another name", files.Position(doc.Pos()), name)
				}
			}
			for _, group := range f.Comments {
				for _, link := range docLink.FindAllStringSubmatch(group.Text(), -1) {
					in, name := names[dir], link[1]
					if first, rest, _ := strings.Cut(name, "."); first[0] >= 'a' && rest != "" {
						in, name = byName[first], rest
						if in == nil { // not a package of the module
							continue
						}
					}
					if !in.has(name) {
						t.Errorf("%v: %s leads nowhere", files.Position(group.Pos()), link[0])
					}
				}
			}
		}
	}
}

// has reports whether a name is declared, or may be one of an embedded field.
func (d declared) has(name string) bool {
	for _, origin := range origins {
		if name == origin {
			return true
		}
	}
	of, _, field := strings.Cut(name, ".")
	return d[name] || field && d[of+".*"]
}

// add adds the names that a file declares.
func (d declared) add(f *ast.File) {
	for _, decl := range f.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			name := decl.Name.Name
			if decl.Recv != nil {
				name = receiver(decl.Recv.List[0].Type) + "." + name
			}
			d[name] = true
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				d.addSpec(spec)
			}
		}
	}
}

func (d declared) addSpec(spec ast.Spec) {
	switch spec := spec.(type) {
	case *ast.ValueSpec:
		for _, n := range spec.Names {
			d[n.Name] = true
		}
	case *ast.TypeSpec:
		d[spec.Name.Name] = true
		var list *ast.FieldList
		switch t := spec.Type.(type) {
		case *ast.StructType:
			list = t.Fields
		case *ast.InterfaceType:
			list = t.Methods
		default:
			return
		}
		for _, field := range list.List {
			if len(field.Names) == 0 {
				d[spec.Name.Name+".*"] = true
			}
			for _, n := range field.Names {
				d[spec.Name.Name+"."+n.Name] = true
			}
		}
	}
}

// receiver returns the name of the type of a receiver.
func receiver(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.StarExpr:
		return receiver(t.X)
	case *ast.IndexExpr:
		return receiver(t.X)
	case *ast.IndexListExpr:
		return receiver(t.X)
	case *ast.Ident:
		return t.Name
	}
	return ""
}

// documented returns the name and the comment of a function, or of a type that
// is declared alone; nil if there is none.
func documented(d ast.Decl) (name string, doc *ast.CommentGroup) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return d.Name.Name, d.Doc
	case *ast.GenDecl:
		if t, ok := d.Specs[0].(*ast.TypeSpec); ok && len(d.Specs) == 1 {
			return t.Name.Name, d.Doc
		}
	}
	return "", nil
}

// beginsWith reports whether a comment begins with a name, with or without an
// article before it. A comment of directives only has no text.
func beginsWith(text, name string) bool {
	words := strings.Fields(text)
	if len(words) > 1 && (words[0] == "A" || words[0] == "An" || words[0] == "The") {
		words = words[1:]
	}
	return len(words) == 0 || strings.TrimRight(words[0], ",:") == name
}
