package main

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// lifeSocket is an abstract socket, so that a service without ports can be asked whether it lives, with no writable folder.
const lifeSocket = "@stand-in"

// ports is a flag that may be given more than once.
type ports []int

func (p *ports) String() string { return fmt.Sprint(*p) }

func (p *ports) Set(text string) error {
	port, err := strconv.Atoi(text)
	if err != nil || port < 1 || port > 65535 {
		return fmt.Errorf("%q is not a port", text)
	}
	*p = append(*p, port)
	return nil
}

func serve(args []string) int {
	var open ports
	flags := flag.NewFlagSet("serve", flag.ExitOnError)
	name := flags.String("name", "", "what to answer with")
	flags.Var(&open, "port", "a port to listen on")
	_ = flags.Parse(args)
	log.SetFlags(0)
	log.SetOutput(os.Stdout)

	certificate, err := selfSigned()
	if err != nil {
		log.Printf("stand-in for %s: no certificate: %v", *name, err)
		return 1
	}
	server := &http.Server{
		Handler:           &answers{name: *name},
		ReadHeaderTimeout: 5 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	for _, port := range open {
		listener, err := net.Listen("tcp", fmt.Sprintf(":%d", port))
		if err != nil {
			log.Printf("stand-in for %s: %v", *name, err)
			return 1
		}
		go server.Serve(&eitherListener{Listener: listener, config: &tls.Config{Certificates: []tls.Certificate{certificate}}})
	}
	life, err := net.Listen("unix", lifeSocket)
	if err != nil {
		log.Printf("stand-in for %s: %v", *name, err)
		return 1
	}
	go func() {
		for {
			connection, err := life.Accept()
			if err != nil {
				return
			}
			connection.Close()
		}
	}()
	log.Printf("stand-in for %s listens on %v", *name, open)

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT)
	<-stop
	return 0
}

// answers is the one handler: it says who answers, offers a metric, and remembers what was posted.
type answers struct {
	name string
	lock sync.Mutex
	got  []byte
}

func (a *answers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	log.Printf("request service=%s method=%s host=%q path=%q", a.name, r.Method, r.Host, r.URL.Path)
	w.Header().Set("X-Stand-In", a.name)
	switch {
	case r.URL.Path == "/.stand-in/received":
		a.lock.Lock()
		found := bytes.Contains(a.got, []byte(r.URL.Query().Get("contains")))
		size := len(a.got)
		a.lock.Unlock()
		writeJSON(w, map[string]any{"bytes": size, "contains": found})
	case r.Method == http.MethodPost || r.Method == http.MethodPut:
		body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		a.lock.Lock()
		if len(a.got) < 8<<20 {
			a.got = append(a.got, body...)
		}
		a.lock.Unlock()
		w.WriteHeader(http.StatusNoContent)
	case strings.Contains(r.Header.Get("Accept"), "application/openmetrics-text") || strings.HasSuffix(r.URL.Path, "/metrics"):
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		fmt.Fprintf(w, "# HELP stand_in_up The stand-in answers.\n# TYPE stand_in_up gauge\nstand_in_up{name=%q} 1\n", a.name)
	default:
		writeJSON(w, map[string]any{
			"stand_in": a.name, "host": r.Host, "path": r.URL.Path, "query": r.URL.RawQuery, "status": "ok",
			"forwarded_for": r.Header.Get("X-Forwarded-For"), "forwarded_proto": r.Header.Get("X-Forwarded-Proto"),
		})
	}
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}

// eitherListener speaks TLS to whoever starts with a TLS hello, plain HTTP to the others.
type eitherListener struct {
	net.Listener
	config *tls.Config
}

func (l *eitherListener) Accept() (net.Conn, error) {
	connection, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &eitherConn{Conn: connection, config: l.config}, nil
}

// eitherConn decides at the first read, so that a silent client holds up only itself.
type eitherConn struct {
	net.Conn
	config *tls.Config
	once   sync.Once
	chosen net.Conn
}

func (c *eitherConn) choose() net.Conn {
	c.once.Do(func() {
		reader := bufio.NewReader(c.Conn)
		buffered := &bufferedConn{Conn: c.Conn, reader: reader}
		c.chosen = buffered
		if first, err := reader.Peek(1); err == nil && first[0] == 0x16 {
			c.chosen = tls.Server(buffered, c.config)
		}
	})
	return c.chosen
}

func (c *eitherConn) Read(p []byte) (int, error)  { return c.choose().Read(p) }
func (c *eitherConn) Write(p []byte) (int, error) { return c.choose().Write(p) }

type bufferedConn struct {
	net.Conn
	reader *bufio.Reader
}

func (c *bufferedConn) Read(p []byte) (int, error) { return c.reader.Read(p) }

func selfSigned() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
		DNSNames:     []string{"stand-in"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
