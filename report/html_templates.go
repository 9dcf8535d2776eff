package report

import "html/template"

// htmlTemplates are the pages. html/template escapes every value for the place
// where it stands.
var htmlTemplates = template.Must(template.New("").Parse(`
{{- define "head"}}<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{{.}}</title>
{{end}}

{{- define "report"}}{{template "head" .Title}}<style>` + htmlStyle + `</style>
</head>
<body>
{{range .Reports}}<main>
<h1><b class="{{.Class}}">{{.Verdict}}</b> {{.Headline}}</h1>
{{if gt (len .Identifiers) 1}}<table>
<tr><th scope="col">identifier</th><th scope="col">verdict</th></tr>
{{range .Identifiers}}<tr><td>{{.Name}}</td><td class="{{.Class}}">{{.Verdict}}</td></tr>
{{end}}</table>
{{end}}{{range .Findings}}<section>
<h2><b class="{{.Class}}">{{.Severity}}</b> {{.Title}} <code>{{.ID}}</code></h2>
{{if .Detail}}<p>{{.Detail}}</p>
{{end}}{{if .Fix}}<p>Change: {{.Fix}}</p>
{{end}}{{if .Records}}<pre>{{.Records}}</pre>
{{end}}{{range .Hence}}<p>Hence {{.}}</p>
{{end}}{{if .Evidence}}<details><summary>Seen with</summary>
<pre>{{.Evidence}}</pre>
</details>
{{end}}</section>
{{end}}{{if .Predicted}}<p>{{.Would}}:</p>
<pre>{{.Predicted}}</pre>
{{end}}{{range .Servers}}<table>
<caption>{{.Caption}}</caption>
<tr><th scope="col">address</th><th scope="col">server</th><th scope="col">answer</th><th scope="col">serial</th><th scope="col">RTT</th></tr>
{{range .Rows}}<tr>{{range .}}<td>{{.}}</td>{{end}}</tr>
{{end}}</table>
{{if .More}}<p>and {{.More}} more.</p>
{{end}}{{end}}{{range .CAA}}<p>CAA: {{.}}</p>
{{end}}{{range .Elsewhere}}<p>{{.Caption}}</p>
{{if .Rows}}<table>
<tr><th scope="col">perspective</th><th scope="col">region</th><th scope="col">name</th><th scope="col">challenge</th><th scope="col">CAA</th></tr>
{{range .Rows}}<tr>{{range .}}<td>{{.}}</td>{{end}}</tr>
{{end}}</table>
{{end}}{{if .More}}<p>and {{.More}} more.</p>
{{end}}{{range .Lines}}<p>{{.}}</p>
{{end}}{{end}}<footer>{{.Footer}}</footer>
</main>
{{end}}</body>
</html>
{{end}}

{{- define "index"}}{{template "head" .Title}}<style>` + htmlStyle + `</style>
</head>
<body>
<main>
<h1>{{.Title}}</h1>
{{range .Lines}}<p>{{.}}</p>
{{end}}{{if .Counts}}<p>{{range .Counts}}<a class="{{.Class}}" href="?verdict={{.Class}}">{{.Orders}} {{.Verdict}}</a> {{end}}<a href="?">all</a></p>
{{end}}{{if .Rows}}<table>
<caption>{{.Shown}}</caption>
<tr><th scope="col">order</th><th scope="col">verdict</th><th scope="col">why</th><th scope="col">last look</th></tr>
{{range .Rows}}<tr><td><a href="{{.Link}}">{{.Name}}</a>{{if .Names}}<br>{{.Names}}{{end}}</td><td class="{{.Class}}">{{.Verdict}}</td><td>{{.Text}}</td><td>{{.Checked}}</td></tr>
{{end}}</table>
{{end}}{{if or .Before .After}}<p>{{if .Before}}<a href="{{.Before}}">before</a> {{end}}{{if .After}}<a href="{{.After}}">after</a>{{end}}</p>
{{end}}</main>
</body>
</html>
{{end}}
`))
