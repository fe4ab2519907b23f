// The shop with Echo, its Logger, Recover and RequestID.
package main

import (
	"errors"
	"os"
	"time"

	"github.com/labstack/echo"
	"github.com/labstack/echo/middleware"
)

func main() {
	server := echo.New()
	server.HideBanner, server.HidePort = true, true
	server.Use(middleware.RequestID(), middleware.Logger(), middleware.Recover())
	for path, status := range map[string]int{
		"/v1/items": 200, "/v1/items/:id": 200, "/v1/private": 401, "/v1/limited": 429, "/v1/down": 503,
	} {
		status := status
		server.GET(path, func(context echo.Context) error { return context.JSON(status, struct{}{}) })
	}
	server.POST("/v1/events", func(context echo.Context) error { return context.JSON(202, struct{}{}) })
	server.GET("/v1/slow", func(context echo.Context) error { time.Sleep(250 * time.Millisecond); return context.JSON(200, struct{}{}) })
	server.GET("/v1/hang", func(context echo.Context) error { time.Sleep(600 * time.Millisecond); return context.JSON(200, struct{}{}) })
	server.GET("/v1/boom", func(context echo.Context) error { return errors.New("kaboom in handler") })
	server.Start("127.0.0.1:" + os.Getenv("PORT"))
}
