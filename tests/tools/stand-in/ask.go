package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"flag"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

const patience = 3 * time.Second

// reached is one answer of `reach`.
type reached struct {
	Target    string   `json:"target"`
	Resolved  []string `json:"resolved"`
	Connected bool     `json:"connected"`
	Error     string   `json:"error,omitempty"`
}

func reach(targets []string) int {
	results := make([]reached, len(targets))
	var all sync.WaitGroup
	for i, target := range targets {
		all.Go(func() { results[i] = reachOne(target) })
	}
	all.Wait()
	out := json.NewEncoder(os.Stdout)
	for _, result := range results {
		if err := out.Encode(result); err != nil {
			return 1
		}
	}
	return 0
}

func reachOne(target string) reached {
	result := reached{Target: target, Resolved: []string{}}
	host, port, err := net.SplitHostPort(target)
	if err != nil {
		result.Error = err.Error()
		return result
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	addresses, err := (&net.Resolver{PreferGo: true}).LookupHost(ctx, host)
	if err != nil {
		result.Error = err.Error()
		return result
	}
	result.Resolved = addresses
	for _, address := range addresses {
		connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(address, port))
		if err != nil {
			result.Error = err.Error()
			continue
		}
		connection.Close()
		result.Connected, result.Error = true, ""
		break
	}
	return result
}

// fetched is the answer of `fetch`.
type fetched struct {
	Resolved []string          `json:"resolved"`
	Status   int               `json:"status"`
	Headers  map[string]string `json:"headers"`
	Body     string            `json:"body"`
	Error    string            `json:"error,omitempty"`
}

func fetch(args []string) int {
	flags := flag.NewFlagSet("fetch", flag.ExitOnError)
	dns := flags.String("dns", "", "the DNS server to ask, address:port")
	connect := flags.String("connect", "", "where to connect instead of the resolved address, address:port")
	_ = flags.Parse(args)
	answer := request(flags.Arg(0), *dns, *connect)
	if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil || answer.Error != "" {
		return 1
	}
	return 0
}

// request makes one request that follows no redirect and trusts any certificate.
func request(url, dns, connect string) fetched {
	answer := fetched{Resolved: []string{}, Headers: map[string]string{}}
	resolver := &net.Resolver{PreferGo: true}
	if dns != "" {
		resolver.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, dns)
		}
	}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		host, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		if connect != "" && dns == "" {
			return (&net.Dialer{}).DialContext(ctx, network, connect)
		}
		addresses, err := resolver.LookupHost(ctx, host)
		if err != nil {
			return nil, err
		}
		answer.Resolved = addresses
		to := net.JoinHostPort(addresses[0], port)
		if connect != "" {
			to = connect
		}
		return (&net.Dialer{}).DialContext(ctx, network, to)
	}
	client := &http.Client{
		Timeout: patience,
		Transport: &http.Transport{
			DialContext:       dial,
			DisableKeepAlives: true,
			TLSClientConfig:   &tls.Config{InsecureSkipVerify: true},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Get(url)
	if err != nil {
		answer.Error = err.Error()
		return answer
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 4<<20))
	if err != nil {
		answer.Error = err.Error()
	}
	answer.Status, answer.Body = response.StatusCode, string(body)
	for key := range response.Header {
		answer.Headers[key] = response.Header.Get(key)
	}
	return answer
}
