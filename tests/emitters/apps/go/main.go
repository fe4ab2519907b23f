// The shop with net/http, and a middleware that logs each request with one of four libraries.
package main

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/sirupsen/logrus"
	"go.uber.org/zap"
	"golang.org/x/exp/slog"
)

var statuses = map[string]int{
	"/v1/items": 200, "/v1/items/42": 200, "/v1/events": 202, "/v1/private": 401, "/v1/limited": 429,
	"/v1/down": 503, "/v1/slow": 200, "/v1/hang": 200,
}

type access struct {
	id, method, path, ip, agent string
	status                      int
	took                        time.Duration
}

func answer(response http.ResponseWriter, request *http.Request) int {
	switch request.URL.Path {
	case "/v1/slow":
		time.Sleep(250 * time.Millisecond)
	case "/v1/hang":
		time.Sleep(600 * time.Millisecond)
	case "/v1/boom":
		panic("kaboom in handler")
	}
	status, known := statuses[request.URL.Path]
	if !known {
		status = 404
	}
	response.WriteHeader(status)
	return status
}

func main() {
	var done func(access)
	var failed func(id string, err interface{})
	switch os.Args[1] {
	case "zap":
		log, _ := zap.NewProduction()
		done = func(a access) {
			log.Info("request", zap.String("request_id", a.id), zap.String("method", a.method), zap.String("path", a.path),
				zap.Int("status", a.status), zap.Duration("latency", a.took), zap.String("ip", a.ip), zap.String("user_agent", a.agent))
		}
		failed = func(id string, err interface{}) { log.Error("panic", zap.String("request_id", id), zap.Any("error", err)) }
	case "zerolog":
		log := zerolog.New(os.Stdout).With().Timestamp().Logger()
		done = func(a access) {
			log.Info().Str("req_id", a.id).Str("method", a.method).Str("url", a.path).Int("status", a.status).
				Dur("duration", a.took).Str("ip", a.ip).Str("user_agent", a.agent).Msg("")
		}
		failed = func(id string, err interface{}) { log.Error().Str("req_id", id).Interface("error", err).Msg("panic") }
	case "slog":
		log := slog.New(slog.NewJSONHandler(os.Stdout))
		done = func(a access) {
			log.Info("request", "request_id", a.id, slog.Group("http", slog.String("method", a.method), slog.String("path", a.path),
				slog.Int("status", a.status)), "duration_ms", float64(a.took.Microseconds())/1000, "remote_addr", a.ip)
		}
		failed = func(id string, err interface{}) { log.Error("panic", nil, "request_id", id, "error", err) }
	case "logrus":
		logrus.SetFormatter(&logrus.JSONFormatter{})
		logrus.SetOutput(os.Stdout)
		done = func(a access) {
			logrus.WithFields(logrus.Fields{"request_id": a.id, "method": a.method, "uri": a.path, "status": a.status,
				"latency_ms": float64(a.took.Microseconds()) / 1000, "remote_ip": a.ip, "user_agent": a.agent}).Info("request handled")
		}
		failed = func(id string, err interface{}) { logrus.WithFields(logrus.Fields{"request_id": id}).Error(err) }
	}
	handler := func(response http.ResponseWriter, request *http.Request) {
		started := time.Now()
		id := request.Header.Get("X-Request-Id")
		if id == "" {
			bytes := make([]byte, 16)
			rand.Read(bytes)
			id = hex.EncodeToString(bytes)
		}
		response.Header().Set("X-Request-Id", id)
		status := 500
		func() {
			defer func() {
				if err := recover(); err != nil {
					failed(id, err)
					response.WriteHeader(500)
				}
			}()
			status = answer(response, request)
		}()
		ip := request.RemoteAddr[:strings.LastIndex(request.RemoteAddr, ":")]
		done(access{id, request.Method, request.URL.RequestURI(), ip, request.UserAgent(), status, time.Since(started)})
	}
	http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), http.HandlerFunc(handler))
}
